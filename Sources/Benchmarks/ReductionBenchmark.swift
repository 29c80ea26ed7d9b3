import DataParallel
import MessagePassing
import Objectives
import Tensors

/// One sum of a buffer over all ranks, two shards a rank.
struct ReductionBenchmark {
  let mode: ReductionMode
  let kibibytes: Int

  var name: String {
    let size = kibibytes >= 1024 ? "\(kibibytes / 1024)MiB" : "\(kibibytes)KiB"
    return "allreduce-\(mode.rawValue)-\(size)"
  }

  static let all = [64, 1024, 16384].flatMap { size in
    [ReductionMode.fast, .reproducible].map { ReductionBenchmark(mode: $0, kibibytes: size) }
  }

  func run(_ communicator: Communicator) throws -> BenchmarkRow {
    let layout = ShardLayout(
      shards: 2 * communicator.size, ranks: communicator.size, rank: communicator.rank)
    let count = kibibytes * 256
    let (accumulator, reducer) = try makeReduction(
      mode, of: SliceLayout([("values", [count])]), metrics: 0, layout: layout,
      communicator: communicator)
    func reduce() throws {
      try reducer.begin()
      for place in layout.local.indices { accumulator.commit(at: place - layout.local.lowerBound) }
      accumulator.finish(stopRequested: false, finite: true)
      try reducer.finish { _, _ in }
    }
    for _ in 0..<3 { try reduce() }
    let repeats = try calibrate(communicator, seconds { for _ in 0..<5 { try reduce() } } / 5)
    var times: [Double] = []
    for _ in 0..<7 {
      try communicator.barrier()
      times.append(try seconds { for _ in 0..<repeats { try reduce() } } / Double(repeats))
    }
    let time = median(times)
    return BenchmarkRow(
      name: name, ranks: communicator.size, milliseconds: time * 1e3,
      gigabytesPerSecond: Double(kibibytes * 1024) / time * 1e-9)
  }
}
