import Foundation
import PNG
import Reporting
import TestSupport
import Testing

@testable import Report

/// Files of a run directory, whole, torn and hostile.
@Suite struct RunFileTests {
  /// A PNG file with text chunks behind its header, written by hand.
  static func png(texts: [(kind: String, body: [UInt8])] = [], in folder: String) throws -> Data {
    let path = folder + "/plain.png"
    try PNGImage(width: 3, height: 2, channels: 1, pixels: [0, 50, 100, 150, 200, 250]).write(
      to: path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let chunks = texts.map { text -> [UInt8] in
      let length = text.body.count
      let size = [24, 16, 8, 0].map { UInt8(length >> $0 & 255) }
      return size + Array(text.kind.utf8) + text.body + [0, 0, 0, 0]
    }
    return bytes[..<33] + chunks.joined() + bytes[33...]
  }

  @Test("titles and descriptions of pictures") func texts() throws {
    try withTemporaryFolder { folder in
      let latin: [UInt8] = Array("Title".utf8) + [0, 0xB1, 0x31]
      let wide = Array("Description".utf8) + [0, 0, 0, 0, 0] + Array("σ <b>".utf8)
      let data = try Self.png(texts: [("tEXt", latin), ("iTXt", wide)], in: folder)
      let png = try #require(PNGFile(data))
      #expect(png.width == 3 && png.height == 2)
      #expect(png.texts == ["Title": "±1", "Description": "σ <b>"])
      // Torn anywhere it is none, and nothing crashes.
      for count in 0..<data.count { #expect(PNGFile(Data(data.prefix(count))) == nil) }
      var wrong = data
      wrong[8] = 0xFF
      #expect(PNGFile(wrong) == nil && PNGFile(Data("<svg/>".utf8)) == nil)
    }
  }

  @Test("pictures are thinned evenly, and keep the last") func thinning() {
    let files = (0..<40).map { StepFiles.File(path: "p\($0)", step: $0, size: 1000) }
    let kinds = [
      StepFiles(name: "a", files: files), StepFiles(name: "b", files: Array(files[..<2])),
    ]
    let thin = StepFiles.thinned(kinds, bytes: 10_000)
    #expect(thin.flatMap(\.files).count <= 10 && thin[1].files.map(\.step) == [0, 1])
    #expect(thin[0].files.first?.step == 0 && thin[0].files.last?.step == 39)
    #expect(StepFiles.thinned(kinds, bytes: 1_000_000).flatMap(\.files).count == 42)
    #expect(StepFiles.thinned(kinds, bytes: 2000).map { $0.files.map(\.step) } == [[39], [1]])
    #expect(StepFiles.thinned(kinds, bytes: 10).isEmpty)
  }

  @Test func names() throws {
    try withTemporaryFolder { folder in
      for name in [
        "a-step-00000002.png", "a-step-00000001.png", "b-step-x.png", "c.png",
        "d-step-1-step-3.png",
      ] {
        try Data().write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      let kinds = StepFiles.all(in: folder, extension: "png")
      #expect(kinds.map(\.name) == ["a", "d-step-1"] && kinds[0].files.map(\.step) == [1, 2])
      #expect(StepFiles.all(in: folder + "/missing", extension: "png").isEmpty)
    }
  }

  @Test("tables of the wrong shape are none") func tables() throws {
    let good = #"{"rows":["a"],"columns":[1,2],"values":[[1,"nan"]],"title":"T"}"#
    let table = try #require(EvaluationTable(try JSONValue(parsing: good), step: 7))
    #expect(table.columns == ["1", "2"] && table.step == 7 && table.values[0][1].isNaN)
    for bad in [
      #"{"rows":["a"],"columns":[1,2],"values":[[1]]}"#, #"{"rows":[],"columns":[],"values":[]}"#,
      #"{"rows":["a","b"],"columns":[1],"values":[[1]]}"#, "[]",
    ] { #expect(EvaluationTable(try JSONValue(parsing: bad), step: 0) == nil, "\(bad)") }
  }

  @Test("slow ranks are named, and activities that nobody knows are kept") func timing() throws {
    let text = #"""
      {"ranks":[{"rank":1,"host":"b","seconds":{"compute":13,"wait":0,"new":1},"samples":100},
       {"rank":0,"host":"a","seconds":{"compute":10,"wait":3},"samples":100,"steps":2},
       {"rank":2,"host":"c","seconds":{"compute":20,"wait":"nan"},"samples":200},
       {"rank":3,"host":"c","seconds":{"compute":0.9,"report":1},"samples":1}, 7],"seconds":14,"starts":2}
      """#
    let timing = try #require(Timing(try JSONValue(parsing: text)))
    #expect(timing.ranks.map(\.rank) == [0, 1, 2, 3])
    #expect(timing.names == ["compute", "wait", "report", "new"])
    // Rank 2 had more samples, and is no slower; rank 3 has computed for a moment.
    #expect(timing.slow.map(\.rank.rank) == [1] && timing.slow[0].factor == 1.3)
    #expect(Timing(try JSONValue(parsing: "{}")) == nil)
  }

  @Test("starts are added and ended") func environment() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/environment.json"
      var environment = RunEnvironment(path)
      environment.begin(["ranks": 2])
      environment.end(.stopped, time: 1.5, digest: nil)
      environment.begin(["ranks": 3])
      #expect(environment.lastEnd == nil)
      environment.end(.done, time: 2.5, digest: "sha256:1")
      try environment.encoded.write(toFile: path, atomically: true, encoding: .utf8)
      let read = RunEnvironment(path)
      #expect(read.starts.count == 2 && read.lastEnd == .done && read.digest == "sha256:1")
      #expect(read.starts[0]["end"]?["state"]?.stringValue == "stopped")
      #expect(read.reason == nil)
      environment.begin(["ranks": 3])
      environment.end(.diverged, time: 3.5, digest: nil, reason: "loss is not finite")
      #expect(environment.reason == "loss is not finite" && environment.digest == nil)
      try "{\"starts\":[{".write(toFile: path, atomically: true, encoding: .utf8)
      #expect(RunEnvironment(path).starts.isEmpty)
    }
  }

  @Test("the wall clock is that of all starts, or says of which") func wallClock() throws {
    try withTemporaryFolder { folder in
      let timing = Timing(
        try JSONValue(parsing: #"{"ranks":[{"rank":0,"seconds":{}}],"seconds":7,"starts":2}"#))
      func clock(_ starts: String) throws -> WallClock? {
        let path = folder + "/environment.json"
        try #"{"starts":[\#(starts)]}"#.write(toFile: path, atomically: true, encoding: .utf8)
        return WallClock(RunEnvironment(path), timing)
      }
      let ended = #"{"time":100,"end":{"time":130}}"#
      let all = try clock("\(ended),\(ended)")
      #expect(all?.seconds == 60 && all?.remark == nil)
      let some = try clock("\(ended),{\"time\":200}")
      #expect(some?.seconds == 30 && some?.remark == "1 of 2 starts")
      let none = try clock(#"{"time":100},{"time":200,"end":{"time":"nan"}}"#)
      #expect(none?.seconds == 7 && none?.remark == "last start")
      #expect(WallClock(RunEnvironment(folder + "/none"), nil) == nil)
    }
  }

  @Test func numbers() {
    #expect(Numbers.count(1_234_567) == "1\u{202F}234\u{202F}567" && Numbers.count(-12) == "−12")
    #expect(Numbers.count(.min).hasPrefix("−9\u{202F}223"))
    #expect(Numbers.date(0) == "1970-01-01 00:00:00 UTC" && Numbers.date(.nan) == "–")
    #expect(Numbers.heading("label_cross_entropy") == "Label cross entropy")
    #expect(Numbers.seconds(0.5) == "0.50 s" && Numbers.seconds(90) == "1m30s")
  }
}
