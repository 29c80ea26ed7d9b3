import Benchmarks
import Foundation
import Tensors

/// How fast the kernels are that OpenBLAS has in this process.
public struct KernelRate: Codable, Sendable, Equatable {
  /// Their name (`openblas_get_corename`).
  public var coreType: String
  /// The best rate of single-precision products, 10⁹ operations a second.
  public var gigaflops: Double

  /// A rate.
  public init(coreType: String, gigaflops: Double) {
    (self.coreType, self.gigaflops) = (coreType, gigaflops)
  }

  /// Measures, on one thread, by the time that the core has worked: others that use it do not count.
  init() {
    coreType = BLAS.coreType
    gigaflops = CoreSpeed(threads: 1, times: 5).own
  }
}

/// How fast a rank multiplies matrices (sgemm), 10⁹ operations a second.
public struct CoreSpeed: Codable, Sendable, Equatable {
  /// By the clock on the wall: what others wait for.
  public var wall: Double
  /// By the time that its cores have worked for it: what they could do if nobody else used them.
  public var own: Double

  /// A speed.
  public init(wall: Double, own: Double? = nil) { (self.wall, self.own) = (wall, own ?? wall) }

  /// The best of a number of measurements: a core is not always left alone.
  init(threads: Int, times: Int) {
    BLAS.setThreads(threads)
    let reference = SgemmReference()
    (wall, own) = (0, 0)
    for _ in 0..<times {
      let (start, worked) = (Clock.now, Self.workedSeconds())
      reference.measure(products: 2)
      let (time, work) = (Clock.now - start, Self.workedSeconds() - worked)
      let rate = reference.rates[reference.rates.count - 1]
      wall = max(wall, rate)
      own = max(own, rate * time * Double(threads) / max(work, 1e-6))
    }
  }

  /// Seconds that cores have worked for this process (`CLOCK_PROCESS_CPUTIME_ID`).
  private static func workedSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
