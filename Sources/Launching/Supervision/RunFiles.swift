import Foundation

/// What a supervisor reads and does in a run directory. It looks at names, never into a checkpoint.
struct RunFiles: Sendable {
  /// The run directory.
  let path: String

  private var checkpoints: String { path + "/checkpoints" }
  private var failurePath: String { path + "/failure.json" }
  private var startPath: String { path + "/started" }
  private var loadingPath: String { checkpoints + "/loading" }

  /// The checkpoints of steps, damaged or not, by their names; none where there is no folder.
  /// - Throws: `LaunchError` when the folder is there and cannot be read.
  func steps() throws -> [String: Int] {
    guard let folder = opendir(checkpoints) else {
      if errno == ENOENT { return [:] }
      throw LaunchError("cannot read \(checkpoints): \(String(cString: strerror(errno)))")
    }
    closedir(folder)
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
      return Dictionary(
        uniqueKeysWithValues: names.compactMap { name in
          Self.step(name).map { (name, $0) }
        })
    } catch {
      throw LaunchError("cannot read \(checkpoints): \(error.localizedDescription)")
    }
  }

  private static func step(_ name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
    return Int(name.dropFirst(5).dropLast(3))
  }

  /// What the ranks of an attempt wrote of their failure. What ranks of another attempt wrote, which outlived
  /// it, does not count; a file that cannot be understood does, and one without a mark.
  func failure(of attempt: String) -> FailureRecord? {
    guard let bytes = FileManager.default.contents(atPath: failurePath) else { return nil }
    guard let record = try? JSONDecoder().decode(FailureRecord.self, from: bytes) else {
      return FailureRecord(reason: "the ranks failed (\(failurePath) says no more)")
    }
    return record.attempt ?? attempt == attempt ? record : nil
  }

  /// What the run of an attempt wrote at its start; nil when it has not come that far.
  func start(of attempt: String) -> StartRecord? {
    guard let bytes = FileManager.default.contents(atPath: startPath),
      let record = try? JSONDecoder().decode(StartRecord.self, from: bytes)
    else { return nil }
    return record.attempt ?? attempt == attempt ? record : nil
  }

  /// The name of the checkpoint that is being loaded, one of those of `steps`.
  func loading(among steps: [String: Int]) -> String? {
    guard let bytes = FileManager.default.contents(atPath: loadingPath) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // Only a name of this folder: it may be renamed.
    let name = line.split(separator: "/").last.map(String.init) ?? ""
    return steps[name] == nil ? nil : name
  }

  /// Removes what an attempt left that must not be taken for the next one's.
  func forgetAttempt() {
    for path in [failurePath, startPath, loadingPath] { unlink(path) }
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
