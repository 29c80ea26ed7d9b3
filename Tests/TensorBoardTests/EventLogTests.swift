import Foundation
import PNG
import Reporting
import Synchronization
import TestSupport
import Testing

@testable import TensorBoard

/// Event files as TensorBoard's own reader sees them.
@Suite("Event files")
struct EventLogTests {
  private static let start = LoggedEvent(
    step: 0, time: 1000,
    .sessionStart([
      ("model.hidden", .number(500)), ("model.sampler", .text("pcd")), ("nested", .flag(true)),
    ]))

  private func scalars(_ step: Int, _ value: Double) -> LoggedEvent {
    LoggedEvent(step: step, time: 1000 + Double(step), .scalars([("train/loss", value)]))
  }

  private func values(_ found: JSONValue?, _ tag: String = "train/loss") -> [Int: Double] {
    let points = found?["scalars"]?[tag]?.arrayValue ?? []
    return Dictionary(
      uniqueKeysWithValues: points.map { ($0["step"]!.intValue!, $0["value"]!.doubleValue!) })
  }

  @Test("all kinds of events")
  func kinds() throws {
    guard EventReader.isReady() else { return }
    try withTemporaryFolder { folder in
      let pixels = [UInt8](repeating: 128, count: 12)
      try PNGImage(width: 4, height: 3, channels: 1, pixels: pixels).write(to: folder + "/a.png")
      let warnings = Warnings()
      let log = EventLog(
        folder: folder + "/events", introduction: [Self.start], warn: warnings.add)
      let histogram = Histogram(
        minimum: -1.5, maximum: 2, count: 3, sum: 0.5, sumOfSquares: 6.25,
        limits: [-2, -1, 1, 2.5],
        counts: [0, 1, 0, 2])
      let contents: [LoggedEvent.Content] = [
        .scalars([("train/loss", 0.1), ("train/ü", .nan)]),
        .picture(tag: "pictures/a", path: folder + "/a.png"),
        .picture(tag: "pictures/gone", path: folder + "/gone.png"),
        .histogram(tag: "parameters/weights", histogram),
        .text(tag: "configuration", "a: <script>\n"),
      ]
      for content in contents { log.log(LoggedEvent(step: 7, time: 1234.5, content)) }
      log.close(.success)
      let found = try EventReader.read(folder + "/events")
      let point = found["scalars"]?["train/loss"]?.arrayValue?.first
      #expect(point?["value"]?.doubleValue == Double(Float(0.1)))
      #expect(point?["step"]?.intValue == 7 && point?["time"]?.doubleValue == 1234.5)
      #expect(values(found, "train/ü")[7]?.isNaN == true)
      let picture = found["pictures"]?["pictures/a"]?.arrayValue?.first
      let file = try Data(contentsOf: URL(fileURLWithPath: folder + "/a.png"))
      #expect(picture?["png"]?.stringValue == file.base64EncodedString())
      #expect(picture?["width"]?.intValue == 4 && picture?["height"]?.intValue == 3)
      #expect(found["pictures"]?["pictures/gone"] == nil)
      let bars = found["histograms"]?["parameters/weights"]?.arrayValue?.first
      #expect(bars?["bucket_limit"] == [-2.0, -1.0, 1.0, 2.5])
      #expect(bars?["bucket"] == [0.0, 1.0, 0.0, 2.0])
      #expect(bars?["min"] == -1.5 && bars?["max"] == 2.0 && bars?["num"] == 3.0)
      #expect(bars?["sum"] == 0.5 && bars?["sum_squares"] == 6.25)
      let text = found["texts"]?["configuration"]?.arrayValue?.first
      #expect(text?["text"]?.stringValue == "a: <script>\n")
      let session = found["session"]
      #expect(session?["hparams"]?["model.hidden"]?.doubleValue == 500)
      #expect(session?["hparams"]?["model.sampler"]?.stringValue == "pcd")
      #expect(session?["hparams"]?["nested"] == true)
      #expect(session?["status"]?.stringValue == "STATUS_SUCCESS")
      #expect(warnings.lines.isEmpty)
    }
  }

  @Test("readers forget what a restart does again; the end of the run is taken back")
  func restart() throws {
    guard EventReader.isReady() else { return }
    try withTemporaryFolder { folder in
      let warnings = Warnings()
      let first = EventLog(folder: folder, introduction: [Self.start], warn: warnings.add)
      for step in 1...5 { first.log(scalars(step, 1)) }
      first.close(.failure)
      #expect(try EventReader.read(folder)["session"]?["status"]?.stringValue == "STATUS_FAILURE")
      EventFiles.removeEnds(in: folder)
      let second = EventLog(folder: folder, restartingAt: 4, warn: warnings.add)
      second.log(scalars(4, 2))
      second.close(nil)
      let found = try EventReader.read(folder)
      #expect(values(found) == [1: 1, 2: 1, 3: 1, 4: 2])
      #expect(found["session"]?["status"] == nil && warnings.lines.isEmpty)
      EventFiles.removeAll(in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test("the reader sees damage, at the place where it is", arguments: [5, 40, -3])
  func damage(place: Int) throws {
    guard EventReader.isReady() else { return }
    try withTemporaryFolder { folder in
      let log = EventLog(folder: folder, warn: { _ in })
      for step in 1...5 { log.log(scalars(step, 1)) }
      log.close(nil)
      let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
      #expect(try EventReader.read(folder)["files"]?[name]?["damage"] == .null)
      bytes[place < 0 ? bytes.count + place : place] ^= 1
      try bytes.write(to: URL(fileURLWithPath: folder + "/" + name))
      let found = try EventReader.read(folder)["files"]?[name]
      #expect(found?["damage"]?.stringValue?.contains("crc32 check") == true)
      #expect(found?["records"]?.intValue == [5: 0, 40: 1, -3: 5][place])
    }
  }

  @Test("events are in the file within five seconds, unasked")
  func flushes() throws {
    guard EventReader.isReady() else { return }
    try withTemporaryFolder { folder in
      let log = EventLog(folder: folder, warn: { _ in })
      log.log(scalars(1, 1))
      let start = Date()
      var found: [Int: Double] = [:]
      while found.isEmpty && Date().timeIntervalSince(start) < 5 {
        usleep(500_000)
        found = values(try EventReader.read(folder))
      }
      #expect(found == [1: 1])
      log.close(nil)
    }
  }
}

/// When files cannot be written.
@Suite("Event files in trouble")
struct EventTroubleTests {
  private func scalars(_ step: Int) -> LoggedEvent {
    LoggedEvent(step: step, time: 1000, .scalars([("train/loss", 1)]))
  }

  @Test("a folder that cannot be is one warning")
  func noFolder() throws {
    try withTemporaryFolder { folder in
      try "".write(toFile: folder + "/tensorboard", atomically: false, encoding: .utf8)
      let warnings = Warnings()
      let log = EventLog(folder: folder + "/tensorboard", flushInterval: 0, warn: warnings.add)
      for step in 1...3 { log.log(scalars(step)) }
      log.close(.success)
      #expect(warnings.lines.count == 1)
      #expect(
        warnings.lines.first?.hasPrefix("warning: no more is written for TensorBoard: ") == true)
    }
  }

  @Test("a folder that was removed is made anew, with all that is known of the run")
  func removedFolder() throws {
    guard EventReader.isReady() else { return }
    try withTemporaryFolder { folder in
      let warnings = Warnings()
      let start = LoggedEvent(step: 0, time: 1, .sessionStart([("a", .number(1))]))
      let log = EventLog(
        folder: folder + "/t", introduction: [start], flushInterval: 0, warn: warnings.add)
      log.log(scalars(1))
      log.queue.sync {}
      usleep(100_000)
      log.queue.sync {}
      try FileManager.default.removeItem(atPath: folder + "/t")
      log.log(scalars(2))
      log.close(.success)
      let found = try EventReader.read(folder + "/t")
      #expect(found["scalars"]?["train/loss"]?.arrayValue?.last?["step"] == 2)
      #expect(found["session"]?["hparams"]?["a"] == 1.0)
      #expect(warnings.lines.isEmpty)
    }
  }

  @Test("a disk that hangs: events are dropped, with one warning, and nobody waits")
  func slowDisk() throws {
    try withTemporaryFolder { folder in
      let warnings = Warnings()
      let log = EventLog(folder: folder, warn: warnings.add)
      log.queue.suspend()
      let start = Date()
      for step in 1...EventLog.capacity + 100 { log.log(scalars(step)) }
      #expect(warnings.lines.count == 1 && warnings.lines.first?.contains("slower") == true)
      log.close(nil, within: 0.1)
      #expect(Date().timeIntervalSince(start) < 5)
      #expect(warnings.lines.count == 2 && warnings.lines.last?.contains("does not answer") == true)
      log.queue.resume()
      log.queue.sync {}
    }
  }
}

/// What was warned of.
final class Warnings: Sendable {
  private let found = Mutex<[String]>([])
  var lines: [String] { found.withLock { $0 } }
  var add: @Sendable (String) -> Void { { line in self.found.withLock { $0.append(line) } } }
}

/// TensorBoard's own reader, through Tests/Scripts/read-events.py.
enum EventReader {
  private static let hasReader = (try? Python.run(["-c", "import tensorboard"]))?.status == 0

  static func isReady(_ test: String = #function) -> Bool {
    guard !hasReader else { return true }
    let text = "\(test) skipped: \(Python.interpreter) has no tensorboard (set SDT_PYTHON)"
    if ProcessInfo.processInfo.environment["CI"] == "true" { Issue.record("\(text)") }
    FileHandle.standardError.write(Data((text + "\n").utf8))
    return false
  }

  static func read(_ folder: String) throws -> JSONValue {
    let result = try Python.run(["Tests/Scripts/read-events.py", folder])
    #expect(result.status == 0, "\(result.errors)")
    return try JSONValue(parsing: result.output)
  }
}
