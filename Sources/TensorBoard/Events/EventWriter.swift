import Dispatch
import Foundation
import Reporting
import SwiftProtobuf

/// Encodes events and writes them to a file, on one queue.
final class EventWriter: @unchecked Sendable {
  // Everything that changes belongs to the queue.
  private let queue: DispatchQueue
  private let folder: String
  private let restart: Int?
  private let introduction: [LoggedEvent]
  private let interval: Double
  private let warn: @Sendable (String) -> Void
  private var file: RecordFile?
  private var files = 0
  private var bytes: [UInt8] = []
  private var isFlushDue = false
  private var hasFailed = false

  /// More than this is written at once.
  private static let most = 1 << 20

  init(
    _ queue: DispatchQueue, folder: String, restart: Int?, introduction: [LoggedEvent],
    interval: Double, warn: @escaping @Sendable (String) -> Void
  ) {
    self.queue = queue
    self.folder = folder
    self.restart = restart
    self.introduction = introduction
    self.interval = interval
    self.warn = warn
  }

  /// Opens the first file.
  func begin() {
    attempt {
      try open()
      // The first event behind the version: readers look there.
      if let restart { encode(.restart(at: restart, time: Self.now)) }
      introduce()
      try flush()
    }
  }

  /// Encodes an event, to be written with others soon.
  func write(_ event: LoggedEvent) {
    attempt {
      guard let message = TBEvent(event) else { return }
      encode(message)
      if bytes.count > Self.most { return try flush() }
      guard !isFlushDue else { return }
      isFlushDue = true
      queue.asyncAfter(deadline: .now() + interval) { [weak self] in
        self?.isFlushDue = false
        self?.attempt { try self?.flush() }
      }
    }
  }

  /// Writes what there is.
  func flushNow() { attempt { try flush() } }

  /// Writes what there is, and how the run ended to a file of its own: a run that goes on removes it.
  func close(_ end: SessionEnd?) {
    attempt {
      try flush()
      guard let end else { return }
      try open(EventFiles.end)
      encode(.sessionEnd(end, time: Self.now))
      try flush()
    }
    hasFailed = true
    file = nil
  }

  private static var now: Double { Date().timeIntervalSince1970 }

  /// Does something unless something has gone wrong before; after that no more is written.
  private func attempt(_ body: () throws -> Void) {
    guard !hasFailed else { return }
    do {
      try body()
    } catch {
      hasFailed = true
      file = nil
      bytes = []
      warn("warning: no more is written for TensorBoard: \(error); the run goes on")
    }
  }

  private func open(_ suffix: String? = nil) throws {
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let time = max(Self.now, EventFiles.nextTime(in: folder))
    let name = EventFiles.name(time: time, suffix: suffix ?? String(files))
    file = try RecordFile("\(folder)/\(name)")
    files += 1
    encode(.version(time: Self.now))
  }

  private func introduce() { for event in introduction { TBEvent(event).map(encode) } }

  private func encode(_ message: TBEvent) {
    // Messages of this kind have no required fields that could be missing.
    guard let encoded: [UInt8] = try? message.serializedBytes() else { return }
    Record.append(encoded, to: &bytes)
  }

  private func flush() throws {
    guard !bytes.isEmpty, let file else { return }
    if file.isRemoved { try beginAgain() }
    try self.file?.append(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Somebody has removed the file: what comes now goes to a new one.
  private func beginAgain() throws {
    let waiting = bytes
    bytes = []
    try open()
    introduce()
    bytes += waiting
  }
}
