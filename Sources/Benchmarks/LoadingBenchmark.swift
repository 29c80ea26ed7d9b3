import Datasets
import Foundation
import MessagePassing
import Tensors
import Training

/// An epoch of batches without training: from a file that the system has dropped from its cache,
/// from one that it holds, and from this rank's memory.
struct LoadingBenchmark {
  enum Kind: String, CaseIterable { case cold, streamed, cached }
  let kind: Kind

  var name: String { "load-\(kind.rawValue)" }

  static let all = Kind.allCases.map { LoadingBenchmark(kind: $0) }

  func run(_ communicator: Communicator, _ images: SyntheticImages) throws -> BenchmarkRow {
    let batch = TrainingBenchmark.samplesPerRank * communicator.size
    let table = try SampleTable(
      DataLocation(files: [images.path], images: "/train/images"))
    let layout = ShardLayout(
      shards: 2 * communicator.size, ranks: communicator.size, rank: communicator.rank)
    let memory = kind == .cached ? Int.max : table.bytes / 8
    let plan = EpochPlan(
      count: table.count, globalBatch: batch, shards: layout.shards, order: .shard, seed: 1,
      sampleBytes: table.sampleBytes, memory: memory)
    let cache = SampleCache(
      table, plan: plan, layout: layout, memory: memory, policy: kind == .cached ? .always : .never)
    let loader = BatchLoader(
      table, plan: plan, layout: layout,
      preparation: SamplePreparation(
        .unit, table: table, range: 0...255, seed: 1, isEvaluation: false),
      cache: cache)
    func epoch(_ number: Int) throws {
      loader.begin(epoch: number)
      for step in 0..<plan.stepsPerEpoch { try loader.load(stepInEpoch: step, step: step) }
    }
    if kind != .cold { try epoch(0) }
    var times: [Double] = []
    for number in 1...5 {
      if kind == .cold { dropFromSystemCache(images.path) }
      try communicator.barrier()
      times.append(try seconds { try epoch(number) })
    }
    let time = median(times)
    return BenchmarkRow(
      name: name, ranks: communicator.size, batchPerRank: TrainingBenchmark.samplesPerRank,
      milliseconds: time * 1e3 / Double(plan.stepsPerEpoch),
      samplesPerSecond: Double(table.count) / time)
  }

  private func dropFromSystemCache(_ path: String) {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return }
    defer { close(file) }
    fsync(file)
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
  }
}
