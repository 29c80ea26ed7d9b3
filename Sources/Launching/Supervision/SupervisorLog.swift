import Foundation

/// What a supervisor says: one line a decision, with the time in UTC, on standard error and in
/// `supervisor.log` of the run directory.
final class SupervisorLog {
  private let directory: String
  /// Lines from before the run made its directory. The supervisor does not make it: a run that is refused
  /// as bad input leaves nothing.
  private var waiting: [String] = []

  init(runDirectory: String) { directory = runDirectory }

  func write(_ text: String) {
    let time = Date().formatted(
      .iso8601.year().month().day().time(includingFractionalSeconds: true))
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    try? FileHandle.standardError.write(contentsOf: Data("\(time)Z supervisor: \(line)\n".utf8))
    waiting.append("\(time)Z  \(line)\n")
    flush()
  }

  /// Writes what waits, as soon as there is a run directory. A disk that is full must not end the supervision:
  /// what cannot be written is tried again with the next line.
  func flush() {
    guard !waiting.isEmpty else { return }
    let file = open(directory + "/supervisor.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    defer { close(file) }
    while let line = waiting.first {
      let bytes = Array(line.utf8)
      guard Foundation.write(file, bytes, bytes.count) == bytes.count else { return }
      waiting.removeFirst()
    }
  }
}
