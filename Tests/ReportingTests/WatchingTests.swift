import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite("Watching a run")
struct WatchingTests {
  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func append(_ text: String, _ path: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private func line(_ step: Int, _ value: String = "1", stage: String = "rbm") -> String {
    #"{"kind":"train","stage":"\#(stage)","epoch":1,"step":\#(step),"loss":\#(value),"time":5.0}"#
      + "\n"
  }

  private struct Lines {
    var follower: LineFollower
    var found: [String] = []
    var restarts = 0
    mutating func poll() {
      var copy = self
      copy.follower = follower
      follower.poll { news in
        switch news {
        case .restarted: (copy.found, copy.restarts) = ([], copy.restarts + 1)
        case .line(let line, _): copy.found.append(String(decoding: line, as: UTF8.self))
        }
      }
      (found, restarts) = (copy.found, copy.restarts)
    }
  }

  @Test("new lines are read once, torn ones when they are whole")
  func follow() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x"
      var lines = Lines(follower: LineFollower(path: path))
      lines.poll()
      #expect(lines.found.isEmpty)
      try write("a\nb\nc", path)
      lines.poll()
      lines.poll()
      #expect(lines.found == ["a", "b"])
      try append("d\n", path)
      lines.poll()
      #expect(lines.found == ["a", "b", "cd"] && lines.restarts == 0)
    }
  }

  @Test("a file that is replaced, cut, or cut and written again begins anew", arguments: [0, 1, 2])
  func restart(way: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x"
      try write("one\ntwo\nthree\n", path)
      var lines = Lines(follower: LineFollower(path: path))
      lines.poll()
      switch way {
      case 0:
        try write("one\ntwo\nthree\nfour\n", folder + "/y")
        #expect(rename(folder + "/y", path) == 0)
      case 1: #expect(truncate(path, 4) == 0)
      default:
        #expect(truncate(path, 4) == 0)
        try append("other lines, more than there were before\n", path)
      }
      lines.poll()
      #expect(lines.restarts == 1)
      #expect(lines.found.first == "one" && !lines.found.contains("three") || way == 0)
      #expect(lines.found.count == [4, 1, 2][way])
    }
  }

  @Test("of a long file some places are read, in order, and its last line")
  func sample() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      try write((1...20_000).map { line($0, "\($0)") }.joined() + #"{"kind":"tr"#, path)
      let limits = LineFollower.Limits(whole: 10_000, places: 50, block: 500)
      var metrics = MetricsFollower(path: path, limits: limits)
      metrics.poll()
      #expect(metrics.skippedBytes > 1_000_000)
      let loss = try #require(metrics.groups.first?.series.first)
      #expect(loss.last == 20_000 && metrics.step == 20_000)
      #expect((50...53).contains(loss.count), "\(loss.count)")
      let means = loss.means(width: 10)
      #expect(means == means.sorted() && means.count == 10)
      #expect(abs(means[5] - 11_000) < 1000, "the course is that over the steps: \(means)")
      try append(String(line(20_001, "7").dropFirst(11)), path)
      metrics.poll()
      #expect(metrics.step == 20_001 && metrics.groups[0].series[0].last == 7)
    }
  }

  @Test("a stage has its own metrics, and a resumed run drops what happens again")
  func metrics() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/metrics.jsonl"
      try write(
        line(1) + "no JSON\n" + line(2, "3", stage: "two") + line(3, #""nan""#, stage: "two"), path)
      var metrics = MetricsFollower(path: path)
      metrics.poll()
      #expect(metrics.stage == "two" && metrics.groups.map(\.kind) == ["train"])
      #expect(metrics.groups[0].series.map(\.name) == ["loss"], "time is no metric")
      #expect(metrics.groups[0].series[0].last.isNaN && metrics.groups[0].series[0].range == 3...3)
      try write(line(1), folder + "/y")
      #expect(rename(folder + "/y", path) == 0)
      metrics.poll()
      #expect(metrics.stage == "rbm" && metrics.step == 1)
    }
  }

  @Test("a sparkline shows the course of any number of values")
  func sparkline() {
    var series = Series(name: "x")
    for step in 1...8 { series.add(Double(step), step: step) }
    #expect(series.sparkline(width: 20, isUnicode: true) == "▁▂▃▄▅▆▇█")
    #expect(series.sparkline(width: 8, isUnicode: false) == "_.-=+*#@")
    #expect(series.sparkline(width: 0, isUnicode: true) == "")
    for step in 9...100_000 { series.add(Double(step), step: step) }
    #expect(series.sparkline(width: 8, isUnicode: true) == "▁▂▃▄▅▆▇█")
    #expect(series.count == 100_000 && series.range == 1...100_000)
  }

  @Test("values that are no numbers, and huge ones, are survived")
  func oddValues() {
    var series = Series(name: "x")
    for (step, value) in [1, .nan, .infinity, -1e308, 1e308].enumerated() {
      series.add(value, step: step)
    }
    #expect(series.sparkline(width: 5, isUnicode: true) == "▅!!▁█")
    var none = Series(name: "x")
    none.add(.nan, step: 1)
    #expect(none.sparkline(width: 5, isUnicode: true) == "!")
    var constant = Series(name: "x")
    for step in 1...3 { constant.add(2, step: step) }
    #expect(constant.sparkline(width: 5, isUnicode: true) == "▅▅▅")
  }

  @Test("files tell how a run is doing")
  func condition() {
    typealias Evidence = RunCondition.Evidence
    #expect(RunCondition(Evidence(state: "running", age: 10)) == .running)
    #expect(RunCondition(Evidence(state: "running", age: 130)).text == "no sign of life for 2 min")
    #expect(RunCondition(Evidence(state: "finished", age: 1e6)) == .finished)
    #expect(
      RunCondition(Evidence(state: "running", failure: "rank 1 is lost", age: 1)).text
        == "failed: rank 1 is lost")
    #expect(
      RunCondition(Evidence(state: "stopped", stop: "signal", age: 1)).text.contains("signal"))
    #expect(
      RunCondition(Evidence(state: "failed", reason: "diverged", age: 1))
        == .failed(reason: "diverged"))
    #expect(RunCondition(Evidence(hasDigest: true, age: 1e6)) == .finished)
    #expect(RunCondition(Evidence()) == .unknown)
  }

  @Test("a clock that is ahead does not keep a run alive for ever")
  func clocks() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x"
      try write("1", path)
      func touch(_ time: Double) {
        try? FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: time)], ofItemAtPath: path)
      }
      var pulse = FilePulse()
      #expect(pulse.age([folder + "/none"], now: 1000) == nil)
      touch(900)
      #expect(pulse.age([path], now: 1000) == 100)
      touch(901)
      #expect(pulse.age([path], now: 1010) == 0, "it changed under our eyes")
      #expect(pulse.age([path], now: 1050) == 40)
      var ahead = FilePulse()
      touch(5000)
      #expect(ahead.age([path], now: 1000) == 0)
      #expect(ahead.age([path], now: 1300) == 300)
    }
  }

  @Test("progress.json is whole, and one warning is all that a full disk gets")
  func progressFile() throws {
    try withTemporaryFolder { folder in
      let warnings = Shared<[String]>([])
      let file = ProgressFile(path: folder + "/progress.json") { line in
        warnings.change { $0.append(line) }
      }
      file.note(["name": "n", "activity": "evaluating"])
      file.note(["activity": nil])
      file.write(step: 7)
      let text = try String(contentsOfFile: folder + "/progress.json", encoding: .utf8)
      let json = try JSONValue(parsing: text)
      #expect(json["step"] == 7 && json["state"] == "running" && json["activity"] == nil)
      let lost = ProgressFile(path: folder + "/none/progress.json") { line in
        warnings.change { $0.append(line) }
      }
      lost.write()
      lost.write()
      #expect(
        warnings.value.count == 1 && warnings.value[0].hasPrefix("warning: "), "\(warnings.value)")
    }
  }

  @Test("pictures of the last steps come first")
  func pictures() {
    let names = [
      "b-step-00000002.png", "a-step-00000010.png", "a-step-00000002.png", "x.png", "c-step-3.txt",
    ]
    #expect(
      WatchedRun.newest(names) == [
        "a-step-00000010.png", "a-step-00000002.png", "b-step-00000002.png",
      ])
  }

  @Test("what is no run is refused in one line", arguments: ["none", "file", "empty"])
  func noRun(name: String) throws {
    try withTemporaryFolder { folder in
      try write("", folder + "/file")
      try FileManager.default.createDirectory(
        atPath: folder + "/empty", withIntermediateDirectories: true)
      #expect(throws: FileError.self) { try WatchedRun(path: folder + "/" + name) }
    }
  }
}
