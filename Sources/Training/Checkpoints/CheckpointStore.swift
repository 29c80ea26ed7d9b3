import Foundation

/// The checkpoints of a run directory: `checkpoints/step-00001234.h5`. Rank 0 alone uses it.
public struct CheckpointStore {
  /// The folder.
  public let directory: String

  /// The checkpoints of a run directory.
  public init(runDirectory: String) {
    directory = runDirectory + "/checkpoints"
  }

  /// The path of a step's checkpoint.
  public func path(step: Int) -> String {
    directory + "/" + Self.name(step: step)
  }

  static func name(step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5"
  }

  /// Writes a checkpoint whole or not at all, then removes all but the newest `keep`. Those of later
  /// steps go as well: they were damaged, or are of a way on that was given up.
  public func write(_ checkpoint: Checkpoint, keep: Int) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let path = path(step: checkpoint.position.step)
    try writeAtomically(try checkpoint.encoded(), to: path)
    let all = list()
    let place = all.firstIndex(of: path) ?? 0
    for other in all[..<place] + all[place...].dropFirst(keep) {
      try? FileManager.default.removeItem(atPath: other)
    }
  }

  /// The paths of all checkpoints, newest first.
  public func list() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.compactMap { name -> (Int, String)? in
      guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
      return Int(name.dropFirst(5).dropLast(3)).map { ($0, directory + "/" + name) }
    }.sorted { $0.0 > $1.0 }.map(\.1)
  }

  /// The newest checkpoint that is whole, with its bytes. Damaged ones are skipped.
  /// - Parameter warn: told of each one that is skipped.
  public func newestValid(warn: (String) -> Void) -> (path: String, image: [UInt8])? {
    for path in list() {
      do {
        let image = try readBytes(path)
        _ = try Checkpoint(image: image, name: path)
        return (path, image)
      } catch {
        warn("skipped: \(error)")
      }
    }
    return nil
  }
}

/// The bytes of a file.
func readBytes(_ path: String) throws -> [UInt8] {
  do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
    let reason = FileManager.default.fileExists(atPath: path) ? "cannot be read" : "does not exist"
    throw CheckpointError("\(path) \(reason); name an existing checkpoint")
  }
}
