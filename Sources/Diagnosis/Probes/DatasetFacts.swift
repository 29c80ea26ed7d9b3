import Datasets
import Foundation
import HDF5
import Objectives
import Tensors
import Training

/// The training samples as a rank's host sees them.
public struct DatasetFacts: Codable, Sendable {
  /// The files, and the dataset in them.
  public var name: String
  /// SHA-256 over sizes, first and last MiB of the files.
  public var identity: String
  /// Where the first file lies.
  public var fileSystem: FileSystem?
  /// The version of the HDF5 library.
  public var library: String
  /// `HDF5_USE_FILE_LOCKING` of the environment.
  public var lockingVariable: String?
  /// Why that file system cannot lock; nil where it can.
  public var lockFailure: String?
  /// Lengths of the axes, of all files.
  public var shape: [Int]
  /// Lengths of the chunks; nil when it is contiguous.
  public var chunk: [Int]?
  /// The filters.
  public var filters: [String]
  /// Bytes of an element in the file.
  public var elementBytes: Int
  /// Bytes of a sample in memory.
  public var sampleBytes: Int
  /// Samples of a block, which is what one reading takes when samples are streamed.
  public var block: Int
  /// Bytes a second in memory, when blocks are read here and there; nil where not measured.
  public var readRate: Double?
  /// Of rank 0, with a configuration: bytes of the largest stage's parameters.
  public var parameterBytes: Int?
  /// The same of all stages.
  public var allParameterBytes: Int?

  /// The number of samples.
  public var count: Int { shape.first ?? 0 }
  /// Bytes of all samples in memory.
  public var bytes: Int { count * sampleBytes }
}

extension DatasetFacts {
  init(_ probe: Probe) throws {
    guard let place = probe.plan.train, let file = place.files.first else {
      throw UsageError("no dataset is named")
    }
    let images = try place.images ?? Self.largest(in: file)
    name = "\(place.files.joined(separator: ", ")): \(images)"
    let table = try SampleTable(place.location(images: images))
    if let test = probe.plan.test, let images = test.images {
      _ = try SampleTable(test.location(images: images))
    }
    identity = try Self.identity(place.files)
    fileSystem = FileSystem(of: file)
    library = try HDF5Library.version
    lockingVariable = ProcessInfo.processInfo.environment["HDF5_USE_FILE_LOCKING"]
    lockFailure = Self.lockFailure(file)
    let dataset = try File(reading: file).dataset(images)
    shape = [table.count] + dataset.shape.dropFirst()
    (chunk, filters) = (dataset.chunk, dataset.filters)
    elementBytes = dataset.elementType.byteCount
    sampleBytes = table.sampleBytes
    block =
      EpochPlan(
        count: table.count, globalBatch: 1, shards: 1, order: .global, seed: 1,
        sampleBytes: table.sampleBytes, memory: probe.plan.memory
      ).block
    readRate = Self.readRate(table, block: block)
    guard probe.isFirst, let configuration = probe.configuration,
      let text = FileManager.default.contents(atPath: configuration)
    else { return }
    let sizes = Self.parameters(
      try probe.read(String(decoding: text, as: UTF8.self), configuration), table)
    (parameterBytes, allParameterBytes) = (sizes?.largest, sizes?.all)
  }

  /// `/train/images`, else the largest dataset with at least two axes.
  private static func largest(in path: String) throws -> String {
    let file = try File(reading: path)
    let found = try file.datasetPaths().map { try file.dataset($0) }
    if found.contains(where: { $0.path == "/train/images" }) { return "/train/images" }
    guard
      let most = found.filter({ $0.shape.count > 1 }).max(by: { $0.elementCount < $1.elementCount })
    else {
      throw UsageError("\(path) has no dataset of samples; name one in a configuration")
    }
    return most.path
  }

  private static func identity(_ files: [String]) throws -> String {
    var sha = SHA256()
    for path in files {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      let size = try file.seekToEnd()
      sha.update("\(size)\n")
      for start in [0, max(0, Int(size) - (1 << 20))] {
        try file.seek(toOffset: UInt64(start))
        let piece = try file.read(upToCount: 1 << 20) ?? Data()
        piece.withUnsafeBytes { sha.update($0) }
      }
    }
    return sha.hex
  }

  /// Why the file system cannot lock. A lock that somebody else holds is none.
  private static func lockFailure(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard flock(file, LOCK_SH | LOCK_NB) != 0, errno != EWOULDBLOCK else { return nil }
    return String(cString: strerror(errno))
  }

  /// Reads blocks here and there for a fifth of a second, as a streaming rank would.
  private static func readRate(_ table: SampleTable, block: Int) -> Double? {
    let rows = min(block, table.count)
    let buffer = UnsafeMutableRawPointer.allocate(
      byteCount: rows * table.sampleBytes, alignment: 64)
    defer { buffer.deallocate() }
    let blocks = max(1, table.count / rows)
    var (bytes, number) = (0, 0)
    let start = Clock.now
    repeat {
      // A step that is prime to most numbers of blocks.
      let first = number * 7919 % blocks * rows
      guard (try? table.read(rows: first..<first + rows, into: buffer)) != nil else { return nil }
      bytes += rows * table.sampleBytes
      number += 1
    } while Clock.now - start < 0.2 && number < blocks
    return Double(bytes) / max(Clock.now - start, 1e-6)
  }

  /// Builds the stages, as a run would; nil for a model that is not trained by steps.
  private static func parameters(
    _ configuration: RunConfiguration, _ table: SampleTable
  ) -> (largest: Int, all: Int)? {
    // A model that starts from the mean of the data has as many parameters at any mean.
    let mean = configuration.model.usesTrainingMean ? Tensor(table.shape.count) : nil
    var earlier: [ParameterSet] = []
    for index in configuration.model.curriculum.indices {
      let context = StageContext(
        shape: table.shape, seed: configuration.seed,
        layout: ShardLayout(shards: configuration.training.shards), earlier: earlier,
        trainingMean: mean)
      guard let stage = try? configuration.model.stage(index, context) else { return nil }
      earlier.append(stage.objective.parameters)
    }
    let sizes = earlier.map { $0.layout.count * MemoryLayout<Float>.stride }
    return sizes.max().map { ($0, sizes.reduce(0, +)) }
  }
}
