import Dispatch
import Foundation
import Tensors

extension Double {
  /// With so many digits behind the point.
  func formatted(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

/// The middle value.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Seconds of a piece of work.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = DispatchTime.now().uptimeNanoseconds
  try body()
  return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
}

/// What this core's sgemm reaches on square matrices of 1024: the rate that rows are measured
/// against. Taken anew between repetitions, so that a machine that slows down slows both.
public final class SgemmReference {
  private let a = Tensor(1024, 1024)
  private let b = Tensor(1024, 1024)
  private let c = Tensor(1024, 1024)
  /// All measurements, 10⁹ operations a second.
  public private(set) var rates: [Double] = []

  /// Takes 12 MiB, and warms up.
  public init() {
    for tensor in [a, b] {
      RandomStream(seed: 1, purpose: .initialization).uniform(item: 0, into: tensor.buffer)
    }
    multiply(a, .none, b, .none, into: c)
  }

  /// Takes one measurement, 10⁹ operations a second.
  /// - Parameter products: how many products it spans.
  public func measure(products: Int = 4) {
    let time = seconds { for _ in 0..<products { multiply(a, .none, b, .none, into: c) } }
    rates.append(Double(products) * 2 * pow(1024, 3) / time * 1e-9)
  }

  /// The middle of the measurements taken since a count of them.
  func rate(since count: Int) -> Double { median(Array(rates[count...])) }
}
