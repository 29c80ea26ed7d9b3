import Foundation
import TestSupport
import Testing

@testable import Reporting

/// What is made of a timeline.
@Suite("Trace summary")
struct TraceSummaryTests {
  /// Two ranks: rank 1 computes for 3 ms, with two layers of 1 ms inside; rank 0 for 1 ms, and waits 2 ms.
  private static let lines: [[String]] = [
    [
      #"{"ph":"M","pid":0,"tid":0,"ts":0,"name":"process_name","args":{"name":"rank 0 (a)"}}"#,
      #"{"ph":"X","pid":0,"tid":0,"ts":1000.000,"dur":1000.000,"cat":"compute","name":"compute"}"#,
      #"{"ph":"X","pid":0,"tid":0,"ts":2000.000,"dur":2000.000,"cat":"wait","name":"MPI_Allgatherv","args":{"call":5}}"#,
      #"{"ph":"X","pid":0,"tid":0,"ts":5000.000,"dur":500.000,"cat":"wait","name":"wait for sums","args":{"rank":1}}"#,
    ],
    [
      #"{"ph":"M","pid":1,"tid":0,"ts":0,"name":"process_name","args":{"name":"rank 1 (b)"}}"#,
      #"{"ph":"M","pid":1,"tid":0,"ts":0,"name":"clock_alignment","args":{"offset_us":7.0,"error_us":2.5}}"#,
      #"{"ph":"X","pid":1,"tid":0,"ts":1100.000,"dur":1000.000,"cat":"detail","name":"layer"}"#,
      #"{"ph":"X","pid":1,"tid":0,"ts":2200.000,"dur":1000.000,"cat":"detail","name":"layer"}"#,
      #"{"ph":"X","pid":1,"tid":0,"ts":1000.000,"dur":2900.000,"cat":"compute","name":"compute"}"#,
      #"{"ph":"X","pid":1,"tid":0,"ts":3950.000,"dur":50.000,"cat":"wait","name":"MPI_Allgatherv","args":{"call":5}}"#,
    ],
  ]

  private func write(_ run: String, torn: Bool = false) throws {
    try FileManager.default.createDirectory(
      atPath: TraceFiles.folder(of: run), withIntermediateDirectories: true)
    for (rank, lines) in Self.lines.enumerated() {
      let text = "[\n" + lines.joined(separator: ",\n")
      // As a kill leaves it: in the middle of an event whose end looks like one.
      let end = torn ? ",\n{\"ph\":\"X\",\"pid\":\(rank),\"ts\":1,\"args\":{\"rank\":1}" : "\n]\n"
      try (text + end).write(
        toFile: TraceFiles.part(of: run, rank: rank), atomically: true, encoding: .utf8)
    }
  }

  @Test("totals, shares without what lies inside, means, the longest by rank")
  func rows() throws {
    try withTemporaryFolder { run in
      try write(run)
      #expect(try TraceFiles.join(run) == 10)
      let summary = try TraceSummary(path: TraceFiles.joined(of: run))
      #expect(summary.rows.map(\.name) == ["compute", "MPI_Allgatherv", "layer", "wait for sums"])
      let compute = summary.rows[0]
      #expect(compute.count == 2)
      #expect(abs(compute.total - 0.0039) < 1e-9)
      #expect(abs(compute.own - 0.0019) < 1e-9)
      #expect(abs(compute.mean - 0.00195) < 1e-9)
      #expect(compute.ranks.map(\.rank) == [0, 1])
      #expect(abs(compute.ranks[1].longest - 0.0029) < 1e-9)
      // 1.9 of 1.9 + 2.05 + 2 + 0.5 ms.
      #expect(abs(compute.share - 1.9 / 6.45) < 1e-6)
      #expect(abs(summary.rows.reduce(0) { $0 + $1.share } - 1) < 1e-9)
      #expect(summary.rankNames == [0: "rank 0 (a)", 1: "rank 1 (b)"])
      #expect(summary.clockError == 2.5)
    }
  }

  @Test("the longest waits, and who came last")
  func waits() throws {
    try withTemporaryFolder { run in
      try write(run)
      try TraceFiles.join(run)
      let summary = try TraceSummary(path: TraceFiles.joined(of: run))
      #expect(summary.waits.map(\.rank) == [0, 0, 1])
      #expect(summary.waits.map(\.awaited) == [1, 1, nil])
      #expect(abs(summary.waits[0].seconds - 0.002) < 1e-9)
      #expect(summary.text().contains("rank 0 (a) waited for rank 1 (b) (MPI_Allgatherv)"))
    }
  }

  @Test("parts are joined anew where one was written since")
  func newer() throws {
    try withTemporaryFolder { run in
      try write(run)
      try TraceFiles.joinNewer(run)
      let joined = TraceFiles.joined(of: run)
      func set(_ path: String, _ seconds: Double) throws {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
      }
      try "[\n".write(
        toFile: TraceFiles.part(of: run, rank: 1), atomically: true, encoding: .utf8)
      for rank in 0..<2 { try set(TraceFiles.part(of: run, rank: rank), 1000) }
      try set(joined, 1000)
      try TraceFiles.joinNewer(run)
      #expect(try TraceSummary(path: joined).rankNames.count == 2)
      try set(TraceFiles.part(of: run, rank: 1), 1001)
      try TraceFiles.joinNewer(run)
      #expect(try TraceSummary(path: joined).rankNames.count == 1)
      #expect(TraceFiles.bytes(of: run) > 400)
      // Of a timeline that came alone there is nothing to join.
      try FileManager.default.removeItem(atPath: TraceFiles.folder(of: run))
      try TraceFiles.joinNewer(run)
    }
  }

  @Test("names that never end are counted together")
  func manyNames() throws {
    try withTemporaryFolder { run in
      let lines = (0..<2 * TraceReading.mostRows).map {
        #"{"ph":"X","pid":\#($0 % 7),"ts":\#($0 * 10),"dur":5,"cat":"detail","name":"n\#($0)"}"#
      }
      let path = run + "/trace.json"
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
      let summary = try TraceSummary(path: path)
      #expect(summary.rows.count == TraceReading.mostRows + 1)
      let others = try #require(summary.rows.first)
      #expect(others.name == "other names" && others.count == TraceReading.mostRows)
      #expect(others.ranks.map(\.rank) == Array(0..<7))
    }
  }

  @Test("names and numbers of a hostile file neither reach the terminal nor overflow")
  func hostile() throws {
    try withTemporaryFolder { run in
      let name = #"\u001b[2J\u0007\u202e"#
      let lost = #"{"ph":"M","pid":0,"name":"spans_lost","args":{"count":\#(Int.max)}}"#
      let lines = [
        #"{"ph":"M","pid":0,"name":"process_name","args":{"name":"\#(name)"}}"#, lost, lost,
        #"{"ph":"M","pid":0,"name":"spans_lost","args":{"count":\#(Int.min)}}"#,
        #"{"ph":"X","pid":0,"ts":1,"dur":9,"cat":"wait","name":"\#(name)","args":{"rank":0}}"#,
      ]
      let path = run + "/trace.json"
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
      let text = try TraceSummary(path: path).text()
      let controls = text.unicodeScalars.filter {
        $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}"
      }
      #expect(controls.isEmpty && text.contains("␛[2J"))
    }
  }

  @Test("parts of a killed run are joined as far as they go, and read by themselves")
  func torn() throws {
    try withTemporaryFolder { run in
      try write(run, torn: true)
      #expect(try TraceFiles.join(run) == 10)
      let data = try #require(FileManager.default.contents(atPath: TraceFiles.joined(of: run)))
      let json = try JSONValue(parsing: String(decoding: data, as: UTF8.self))
      #expect(json["traceEvents"]?.arrayValue?.count == 10)
      let part = try TraceSummary(path: TraceFiles.part(of: run, rank: 1))
      #expect(part.rows.first?.name == "compute")
    }
  }

  @Test("a file that is no timeline, and a folder without one, are refused")
  func refused() throws {
    try withTemporaryFolder { run in
      #expect(throws: FileError.self) { try TraceFiles.join(run) }
      try "hello\n{}\n".write(toFile: run + "/trace.json", atomically: true, encoding: .utf8)
      #expect(throws: FileError.self) { try TraceSummary(path: run + "/trace.json") }
      #expect(throws: FileError.self) { try TraceSummary(path: run + "/none.json") }
    }
  }
}
