import Foundation

/// What a supervisor reads and does in a run directory. It looks at names, never into a checkpoint.
struct RunFiles: Sendable {
  /// The run directory.
  let path: String

  private var checkpoints: String { path + "/checkpoints" }
  private var failurePath: String { path + "/failure.json" }
  private var loadingPath: String { checkpoints + "/loading" }

  /// The steps of the checkpoints, in no order.
  private var steps: [(step: Int, name: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
      return Int(name.dropFirst(5).dropLast(3)).map { ($0, name) }
    }
  }

  /// The step of the newest checkpoint, damaged or not.
  var newestStep: Int? { steps.map(\.step).max() }

  /// Whether there is a checkpoint of another name.
  func hasCheckpoint(besides name: String) -> Bool { steps.contains { $0.name != name } }

  /// What the ranks wrote of their failure. A file that is there but cannot be understood counts.
  var failure: FailureRecord? {
    guard let bytes = FileManager.default.contents(atPath: failurePath) else { return nil }
    if let record = try? JSONDecoder().decode(FailureRecord.self, from: bytes) { return record }
    return FailureRecord(reason: "the ranks failed (\(failurePath) says no more)")
  }

  /// The name of the checkpoint that is being loaded.
  var loading: String? {
    guard let bytes = FileManager.default.contents(atPath: loadingPath) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // Only a name of this folder: it may be renamed.
    let name = line.split(separator: "/").last.map(String.init) ?? ""
    return steps.contains { $0.name == name } ? name : nil
  }

  /// Removes what an attempt left that must not be taken for the next one's.
  func forgetFailure() {
    unlink(failurePath)
    unlink(loadingPath)
  }

  /// Renames a checkpoint so that nothing loads it; a person may look at it.
  /// - Throws: `LaunchError` when that cannot be done.
  func setAside(_ name: String) throws {
    let old = "\(checkpoints)/\(name)"
    guard rename(old, old + ".set-aside") == 0 else {
      throw LaunchError("cannot rename \(old): \(String(cString: strerror(errno))); move it away")
    }
  }

  /// Whether a rank of a run before still holds the run directory (`flock`).
  var isLocked: Bool {
    let file = open(path + "/.lock", O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
