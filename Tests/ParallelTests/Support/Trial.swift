import Foundation
import HDF5
import Reporting
import Testing

/// All tests of this target: one at a time, since each keeps all cores busy.
@Suite("Ranks", .serialized)
struct ParallelTests {}

/// A folder with data and a small configuration, and the runs that are made of it.
final class Trial {
  let folder: String

  /// Runs of 203 training samples: no multiple of the batch, nor of the number of shards.
  /// - Parameter inMemory: whether its files are to lie in shared memory, where every machine has leases
  ///   (see `Lease`): overlayfs, which containers have, lacks them.
  init(_ data: TrialData = .bytes, inMemory: Bool = false) throws {
    let place =
      inMemory ? URL(fileURLWithPath: "/dev/shm") : FileManager.default.temporaryDirectory
    folder = place.appendingPathComponent("parallel-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try data.write(to: folder + "/data.h5")
    try Self.configuration(folder + "/data.h5").write(
      toFile: folder + "/trial.yaml", atomically: true, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func configuration(_ file: String) -> String {
    """
    name: trial
    seed: 3
    data: {train: {file: \(file)}, test: {file: \(file)}}
    model: {family: rbm, hidden: 24}
    training: {epochs: 3, global_batch: 32, shards: 8, log_every_steps: 1}
    optimizer: {learning_rate: 0.05, momentum: 0.5, weight_decay: 1.0e-4}
    evaluation: {pictures: false, picture_share: 1}
    """
  }

  func path(_ run: String) -> String { folder + "/" + run }

  /// Starts training.
  func start(
    _ run: String, ranks: Int?, _ settings: [String] = [], options: [String] = [],
    arguments: [String] = [], transport: Transport = .sharedMemory,
    environment: [String: String] = [:]
  ) throws -> CommandRun {
    let words = ["train", folder + "/trial.yaml", "--run-dir", path(run)] + arguments
    return try Launcher.start(
      words + settings.flatMap { ["--set", $0] }, ranks: ranks, options: options,
      transport: transport, environment: environment)
  }

  /// Trains to the end, which must be `status`.
  @discardableResult
  func train(
    _ run: String, ranks: Int?, _ settings: [String] = [], arguments: [String] = [],
    transport: Transport = .sharedMemory, status: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> CommandResult {
    let result = try start(
      run, ranks: ranks, settings, arguments: arguments, transport: transport
    ).wait()
    #expect(!result.hung, "it took too long", sourceLocation: sourceLocation)
    #expect(
      result.status == status, "\(result.text)", sourceLocation: sourceLocation)
    return result
  }

  /// The checkpoints of a run's steps, oldest first.
  func checkpoints(_ run: String) throws -> [String] {
    let folder = path(run) + "/checkpoints"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".h5") }.sorted()
      .map { folder + "/" + $0 }
  }

  /// What `inspect --json` says of a file.
  func inspect(_ path: String) throws -> JSONValue {
    let result = try Launcher.start(["inspect", "--json", path], ranks: nil).wait()
    guard result.status == 0 else { throw TestError(result.errors) }
    return try JSONValue(parsing: result.output)
  }

  /// The digest of a run's newest checkpoint.
  func digest(_ run: String) throws -> String {
    guard let newest = try checkpoints(run).last else { throw TestError("\(run): no checkpoint") }
    return try #require(try inspect(newest)["digest"]?.stringValue)
  }

  /// The number of updates before a run's newest checkpoint.
  func newestStep(_ run: String) throws -> Int {
    let name = try checkpoints(run).last ?? ""
    return try #require(Int(name.suffix(11).dropLast(3)), "\(run): no checkpoint")
  }

  /// The bits of the newest checkpoint's arrays: parameters, optimizer and states.
  func arrays(_ run: String) throws -> [String] {
    let file = try File(reading: try #require(try checkpoints(run).last))
    // Sums since the last line of metrics.jsonl are those of what was run in one piece.
    let paths = try file.datasetPaths().sorted().filter { !$0.hasPrefix("/state/metric_sums") }
    return try paths.map {
      "\($0) \(try file.dataset($0).readAll(as: Float.self).map(\.bitPattern))"
    }
  }

  /// The lines of a run's metrics.jsonl without what depends on the clock.
  func metrics(_ run: String) throws -> [MetricsLog.Record] {
    try MetricsLog.read(path(run) + "/metrics.jsonl").map { record in
      var record = record
      record.metrics["samples_per_second"] = nil
      record.time = nil
      return record
    }
  }

  /// What a run's failure.json says; nil without one.
  func failure(_ run: String) throws -> JSONValue? {
    let bytes = FileManager.default.contents(atPath: path(run) + "/failure.json")
    return try bytes.map { try JSONValue(parsing: String(decoding: $0, as: UTF8.self)) }
  }

  /// A rank's own log.
  func log(_ run: String, rank: Int) -> String {
    let path = self.path(run) + "/logs/rank-000\(rank).log"
    return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// What a run's file `stopped` holds; nil where there is none.
  func stopMark(_ run: String) -> String? {
    FileManager.default.contents(atPath: path(run) + "/stopped").map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// The number of lines of metrics.jsonl, 0 before it is there.
  func lines(_ run: String) -> Int {
    let bytes = FileManager.default.contents(atPath: path(run) + "/metrics.jsonl") ?? Data()
    return bytes.count { $0 == UInt8(ascii: "\n") }
  }
}

/// Which data a trial has: 203 samples to train, 37 to test.
enum TrialData {
  /// Bytes, 28 × 28.
  case bytes
  /// Bytes of another seed.
  case otherBytes
  /// Floats, 64 × 64: samples so large that a shard has several blocks, and so several windows when
  /// memory is scarce. One row may be spoilt.
  case floats(notANumber: Int? = nil)
  /// The same with several spoilt rows.
  case spoilt([Int])
  /// Floats of ±10¹⁸, which no learning rate survives.
  case huge

  func write(to path: String) throws {
    let file = try File(creating: path)
    for (split, count) in [("train", 203), ("test", 37)] {
      var random = SplitMix(seed: UInt64(count))
      switch self {
      case .bytes: try writeBytes(file, split, count, &random)
      case .otherBytes:
        random = SplitMix(seed: 99)
        try writeBytes(file, split, count, &random)
      case .floats(let row):
        try writeFloats(file, split, count, &random, spoilt: row.map { [$0] } ?? [])
      case .spoilt(let rows): try writeFloats(file, split, count, &random, spoilt: rows)
      case .huge:
        let values = (0..<count * 64).map { _ in random.next() & 1 == 0 ? Float(1e18) : -1e18 }
        try file.write("/\(split)/images", shape: [count, 8, 8], values: values)
      }
    }
    try file.close()
  }

  private func writeFloats(
    _ file: File, _ split: String, _ count: Int, _ random: inout SplitMix, spoilt rows: [Int]
  ) throws {
    var values = (0..<count * 4096).map { _ in Float(random.next() >> 40) / Float(1 << 24) }
    for row in rows where split == "train" { values[row * 4096 + 5] = .nan }
    try file.write("/\(split)/images", shape: [count, 64, 64], values: values)
  }

  private func writeBytes(
    _ file: File, _ split: String, _ count: Int, _ random: inout SplitMix
  ) throws {
    let values = (0..<count * 784).map { _ in UInt8(truncatingIfNeeded: random.next() >> 24) }
    try file.write("/\(split)/images", shape: [count, 28, 28], values: values)
    let labels = (0..<count).map { Int32($0 * 7 % 5) }
    try file.write("/\(split)/labels", shape: [count], values: labels)
  }
}

/// A random generator with a seed (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
