import Foundation
import Reporting
import TestSupport
import Testing

@Suite("Metrics log")
struct MetricsLogTests {
  private func append(_ log: MetricsLog, steps: ClosedRange<Int>) throws {
    for step in steps {
      try log.append(
        kind: "train", stage: "rbm", epoch: 1, step: step, metrics: [("loss", Double(step) / 4)])
    }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("a line has its keys in order, and reads back")
  func line() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      let log = try MetricsLog(path: path)
      try log.append(
        kind: "train", stage: "rbm", epoch: 2, step: 7,
        metrics: [("z", 0.5), ("a", .nan), ("step", 99)])
      #expect(
        try text(path)
          == #"{"kind":"train","stage":"rbm","epoch":2,"step":7,"z":0.5,"a":"nan"}"# + "\n")
      let record = try #require(MetricsLog.read(path).first)
      #expect(record.kind == "train" && record.stage == "rbm")
      #expect(record.epoch == 2 && record.step == 7)
      #expect(record["z"] == 0.5)
      #expect(record["a"]?.isNaN == true)
      #expect(record.metrics.keys == ["z", "a"])
    }
  }

  @Test("the time is the last key, in milliseconds; no metric takes its name")
  func time() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      let log = try MetricsLog(path: path)
      try log.append(
        kind: "train", stage: "rbm", epoch: 1, step: 1, metrics: [("loss", 2), ("time", 3)],
        time: 1_763_760_104.123_456)
      #expect(
        try text(path)
          == #"{"kind":"train","stage":"rbm","epoch":1,"step":1,"loss":2.0,"time":1763760104.123}"#
          + "\n")
      let record = try #require(MetricsLog.read(path).first)
      #expect(record.time == 1_763_760_104.123 && record.metrics.keys == ["loss"])
    }
  }

  @Test("truncation drops later steps, torn and foreign lines, and the log goes on")
  func truncate() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      try append(MetricsLog(path: path), steps: 1...5)
      let whole = try text(path)
      try (whole + "garbage\n" + whole.prefix(30)).write(
        toFile: path, atomically: false, encoding: .utf8)
      let log = try MetricsLog(path: path)
      var kept: [Int] = []
      try log.truncate(after: 3) { kept.append($0.step) }
      #expect(kept == [1, 2, 3])
      #expect(try MetricsLog.read(path).map(\.step) == [1, 2, 3])
      try append(log, steps: 4...6)
      #expect(try MetricsLog.read(path).map(\.step) == [1, 2, 3, 4, 5, 6])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["metrics.jsonl"])
    }
  }

  @Test("kept lines keep their bytes")
  func keptBytes() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      let foreign = #"{ "step": 1, "kind": "x", "epoch": 1, "stage": "ü", "more": [1] }"# + "\n"
      try foreign.write(toFile: path, atomically: false, encoding: .utf8)
      let log = try MetricsLog(path: path)
      try append(log, steps: 2...2)
      try log.truncate(after: 1)
      #expect(try text(path) == foreign)
    }
  }

  @Test("opening removes a torn last line, so that the next one starts afresh")
  func tornOnOpen() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      try append(MetricsLog(path: path), steps: 1...2)
      try (text(path) + #"{"kind":"tr"#).write(toFile: path, atomically: false, encoding: .utf8)
      #expect(try MetricsLog.read(path).map(\.step) == [1, 2])
      try append(MetricsLog(path: path), steps: 3...3)
      #expect(try MetricsLog.read(path).map(\.step) == [1, 2, 3])
    }
  }

  @Test("a file that is nothing but a torn line becomes empty")
  func onlyTorn() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      try #"{"kind""#.write(toFile: path, atomically: false, encoding: .utf8)
      try MetricsLog(path: path).truncate(after: 10)
      #expect(try text(path) == "")
    }
  }

  @Test("a foreign line in the middle is an error with its number")
  func foreignLine() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/metrics.jsonl"
      try append(MetricsLog(path: path), steps: 1...1)
      let whole = try text(path)
      try (whole + "{}\n" + whole).write(toFile: path, atomically: false, encoding: .utf8)
      let error = #expect(throws: FileError.self) { try MetricsLog.read(path) }
      #expect(error?.description == "\(path): line 2 is no record of metrics")
    }
  }

  @Test("files that cannot be opened are named")
  func missing() {
    let path = "/no/such/dir/metrics.jsonl"
    let opened = #expect(throws: FileError.self) { _ = try MetricsLog(path: path) }
    #expect(opened?.description == "\(path): No such file or directory")
    #expect(throws: FileError.self) { try MetricsLog.read(path) }
  }
}
