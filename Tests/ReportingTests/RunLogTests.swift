import Foundation
import Reporting
import TestSupport
import Testing

@Suite("Run log")
struct RunLogTests {
  private let now: @Sendable () -> Date = { Date(timeIntervalSince1970: 1_000_000_000.25) }

  @Test("each line has the time and is echoed without it; the log is appended to")
  func lines() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/train.log"
      let echoed = Shared<[String]>([])
      try RunLog(path: path, now: now).write("start")
      let log = try RunLog(
        path: path, echo: { line in echoed.change { $0.append(line) } }, now: now)
      log.write("two\nlines")
      let time = "2001-09-09T01:46:40.250Z"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text == "\(time)  start\n\(time)  two\n\(time)  lines\n")
      #expect(echoed.value == ["two", "lines"])
    }
  }

  @Test("a directory that is missing is an error")
  func missing() {
    #expect(throws: FileError.self) { _ = try RunLog(path: "/no/such/dir/train.log") }
  }

  @Test(
    "a full disk is told once", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() throws {
    let echoed = Shared<[String]>([])
    let log = try RunLog(path: "/dev/full", echo: { line in echoed.change { $0.append(line) } })
    log.write("a")
    log.write("b")
    #expect(
      echoed.value == [
        "warning: cannot write the log: /dev/full: No space left on device", "a", "b",
      ])
  }
}
