import MessagePassing
import Tensors
import Training

/// The performance table of this machine.
public struct Benchmarks {
  /// The names of all rows.
  public static var names: [String] {
    TrainingBenchmark.all.map(\.name) + ConvolutionBenchmark.all.map(\.name)
      + AnnealingBenchmark.names
      + ReductionBenchmark.all.map(\.name) + LoadingBenchmark.all.map(\.name)
  }

  private let wanted: [String]

  /// The rows to measure; a name that ends where a dash follows stands for all that begin so, such
  /// as `allreduce`. None stands for all.
  /// - Throws: `UsageError` for a row that does not exist.
  public init(rows: [String]) throws {
    for row in rows where !Self.names.contains(where: { Self.matches($0, row) }) {
      throw UsageError("there is no row '\(row)'; rows are \(Self.names.joined(separator: ", "))")
    }
    wanted = Self.names.filter { name in
      rows.isEmpty || rows.contains { $0 == name }
        || rows.contains { !Self.names.contains($0) && Self.matches(name, $0) }
    }
  }

  private static func matches(_ name: String, _ pattern: String) -> Bool {
    name == pattern || name.hasPrefix(pattern + "-")
  }

  /// Measures, on all ranks together.
  public func run(_ communicator: Communicator) throws -> BenchmarkTable {
    BLAS.setThreads(1)
    let reference = SgemmReference()
    for _ in 0..<3 { reference.measure() }
    let images = try SyntheticImages(ranks: communicator.size, rank: communicator.rank)
    defer { images.remove() }
    var rows: [BenchmarkRow] = []
    for benchmark in TrainingBenchmark.all where wanted.contains(benchmark.name) {
      rows.append(try benchmark.run(communicator, images.path, reference))
    }
    for benchmark in ConvolutionBenchmark.all where wanted.contains(benchmark.name) {
      rows.append(try benchmark.run(communicator, reference))
    }
    // The two are measured in turns.
    if AnnealingBenchmark.names.contains(where: wanted.contains) {
      rows += try AnnealingBenchmark().run(communicator, reference)
    }
    // One rank has nobody to add with.
    for benchmark in ReductionBenchmark.all
    where communicator.size > 1 && wanted.contains(benchmark.name) {
      rows.append(try benchmark.run(communicator))
    }
    for benchmark in LoadingBenchmark.all where wanted.contains(benchmark.name) {
      rows.append(try benchmark.run(communicator, images))
    }
    return BenchmarkTable(rows: rows, sgemm: reference.rate(since: 0), coreType: BLAS.coreType)
  }
}
