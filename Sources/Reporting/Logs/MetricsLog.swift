import Foundation
import Synchronization

/// The metrics of a run as JSON lines (`metrics.jsonl`), which any tool can read.
///
/// One object a line, with the keys `kind`, `stage`, `epoch`, `step`, then the metrics in the order
/// of the caller, and at last `time`. Non-finite numbers are the strings "nan", "inf" and "-inf". Steps count
/// from the start of the run, through all stages.
public final class MetricsLog: Sendable {
  /// The file.
  public let path: String
  private let file: Mutex<AppendFile>

  /// Opens the log, or creates it; a torn last line of a killed run is removed.
  public init(path: String) throws(FileError) {
    let file = try AppendFile(path: path)
    try file.cutTornLine()
    self.path = path
    self.file = Mutex(file)
  }

  /// Appends one line, with one `write(2)`. Throws when the disk is full.
  public func append(_ record: Record) throws(FileError) {
    let line = record.json.encoded()
    try file.withLock { (file) throws(FileError) in try file.append(line) }
  }

  /// Appends one line of a kind (such as "train" or "evaluation") with metrics in their order.
  /// - Parameter time: when it was measured, unix seconds; nil leaves the key away.
  public func append(
    kind: String, stage: String, epoch: Int, step: Int, metrics: [(String, Double)],
    time: Double? = nil
  ) throws(FileError) {
    let metrics = JSONObject(metrics.map { ($0, .double($1)) })
    try append(
      Record(kind: kind, stage: stage, epoch: epoch, step: step, metrics: metrics, time: time))
  }

  /// Drops the lines of steps later than `step`, and whatever is no record: a run that resumes from
  /// the checkpoint of `step` writes those steps again.
  ///
  /// The shorter log is written beside the file, synchronised and renamed over it: killed at any
  /// moment, there is either the old log or the new one.
  /// - Parameter keep: takes every record that stays, in their order.
  public func truncate(
    after step: Int, keep: (Record) -> Void = { _ in }
  ) throws(FileError) {
    try file.withLock { (file) throws(FileError) in
      let temporary = path + ".tmp"
      unlink(temporary)
      // After the rename there is nothing left to remove.
      defer { unlink(temporary) }
      let kept = try AppendFile(path: temporary, becoming: path)
      try Self.copy(from: path, to: kept) { record in
        guard record.step <= step else { return false }
        keep(record)
        return true
      }
      guard rename(temporary, path) == 0 else { throw FileError(path: path, errno: errno) }
      file = kept
    }
  }

  private static func copy(
    from path: String, to file: borrowing AppendFile, where isKept: (Record) -> Bool
  ) throws(FileError) {
    var lines = try LineReader(path: path)
    while let line = lines.next() {
      guard !line.isTorn, let record = Record(parsing: line.bytes), isKept(record) else { continue }
      try file.append(String(decoding: line.bytes, as: UTF8.self))
    }
    try file.synchronize()
  }
}
