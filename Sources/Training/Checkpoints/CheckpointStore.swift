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

  /// Writes a checkpoint whole or not at all, then removes all but the newest `keep`.
  public func write(_ checkpoint: Checkpoint, keep: Int) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try writeAtomically(try checkpoint.encoded(), to: path(step: checkpoint.position.step))
    for old in list().dropFirst(keep) { try? FileManager.default.removeItem(atPath: old) }
  }

  /// The checkpoint of the best evaluation.
  public var bestPath: String { directory + "/best.h5" }

  /// Writes the checkpoint of the best evaluation, in place of the one before.
  public func writeBest(_ checkpoint: Checkpoint) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try writeAtomically(try checkpoint.encoded(), to: bestPath)
  }

  /// The paths of all checkpoints of steps, newest first.
  public func list() -> [String] { numbered().map(\.path) }

  private func numbered() -> [(step: Int, path: String)] {
    names.compactMap { name -> (Int, String)? in
      guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
      return Int(name.dropFirst(5).dropLast(3)).map { ($0, directory + "/" + name) }
    }.sorted { $0.0 > $1.0 }
  }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }

  /// Removes the checkpoints of later steps, all of them without a step, and what a killed run left
  /// half written. Later ones would push out those that a run writes when it goes on.
  func removeAll(after step: Int?) throws {
    let late = numbered().filter { $0.step > step ?? -1 }.map(\.path)
    let torn = names.filter { $0.hasSuffix(".h5.partial") || ($0 == "best.h5" && isBestLate(step)) }
    for path in late + torn.map({ directory + "/" + $0 }) {
      guard unlink(path) == 0 else { throw WriteError("remove", path) }
    }
  }

  /// Whether the best checkpoint is of a later step, or cannot be read.
  private func isBestLate(_ step: Int?) -> Bool {
    guard let step, let best = try? Checkpoint(reading: bestPath) else { return true }
    return best.position.step > step
  }

  /// The newest checkpoint that is whole, with its bytes. Damaged ones are skipped.
  /// - Parameters:
  ///   - willRead: told of each one before it is read.
  ///   - warn: told of each one that is skipped.
  public func newestValid(willRead: (String) -> Void = { _ in }, warn: (String) -> Void) -> (
    path: String, image: [UInt8]
  )? {
    for path in list() {
      willRead(path)
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
