import Foundation

/// A script as a file that can be run.
public enum ScriptFile {
  /// Writes a script, all of it or nothing, with the permissions 0755 (less the umask).
  /// - Parameters:
  ///   - text: the script.
  ///   - path: its file.
  ///   - replaces: whether a file that is there may be replaced.
  /// - Throws: `LaunchError` when there is a file already, or it cannot be written.
  public static func write(_ text: String, to path: String, replaces: Bool) throws {
    let file = path.unicodeScalars.first == "-" ? "./" + path : path
    var status = stat()
    if lstat(file, &status) == 0 {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      guard replaces, !isFolder else {
        let advice =
          isFolder ? "a folder; name a file" : "there already; give --force to replace it"
        throw LaunchError("--output: \(path) is \(advice)")
      }
    }
    let partial = file + ".partial-\(getpid())"
    defer { unlink(partial) }
    try fill(partial, with: text, as: path)
    guard rename(partial, file) == 0 else { throw failure(path) }
  }

  private static func fill(_ partial: String, with text: String, as path: String) throws {
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      rest = rest.dropFirst(count)
    }
  }

  private static func failure(_ path: String) -> LaunchError {
    LaunchError(
      "cannot write the script \(path): \(String(cString: strerror(errno))); name another file with --output"
    )
  }
}
