import Foundation
import Reporting

/// The files of a run. Rank 0 alone writes them.
public struct RunDirectory: Sendable {
  /// `runs/<name>`.
  public let path: String

  /// A run directory, which need not exist yet.
  public init(path: String) {
    self.path = path
  }

  /// The checkpoints.
  public var checkpoints: CheckpointStore { CheckpointStore(runDirectory: path) }
  /// Where pictures go.
  public var images: String { path + "/images" }
  /// One JSON object a line.
  public var metrics: String { path + "/metrics.jsonl" }
  /// What was said, with times.
  public var log: String { path + "/train.log" }

  /// Makes the folders and writes the resolved configuration.
  /// - Parameter isNew: whether the run starts from the beginning: what an older run left goes.
  func prepare(configuration: String, isNew: Bool) throws {
    let files = FileManager.default
    for folder in [path, checkpoints.directory, images] {
      do {
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw UsageError(
          "cannot create the run directory \(folder); name a folder that you may write with --run-dir"
        )
      }
    }
    guard access(path, W_OK) == 0 else {
      throw UsageError(
        "cannot write in the run directory \(path); name a folder that you may write with --run-dir"
      )
    }
    if isNew {
      for old in checkpoints.list() + [metrics, log] { try? files.removeItem(atPath: old) }
    }
    try writeAtomically(Array(configuration.utf8), to: path + "/config.yaml")
  }
}
