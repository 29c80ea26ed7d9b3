import Foundation
import TestSupport
import Testing

@testable import Timeline

/// What a rank writes of its timeline.
@Suite("Trace recorder", .serialized)
struct TraceRecorderTests {
  private struct Event: Decodable {
    let ph: String
    let pid: Int
    let name: String
    let ts: Double
    let dur: Double?
    let cat: String?
  }

  private func events(_ path: String) throws -> [Event] {
    try JSONDecoder().decode([Event].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func recorded(
    _ identity: TraceRecorder.Identity, in folder: String, _ body: () -> Void
  ) throws -> [Event] {
    Stopwatch.start()
    defer { Stopwatch.stop() }
    let path = folder + "/part.json"
    let recorder = try #require(
      TraceRecorder(path: path, identity) { Issue.record("cannot write: \($0)") })
    body()
    recorder.finish()
    return try events(path)
  }

  private func identity(offset: Int64 = 0, host: String = "n1") -> TraceRecorder.Identity {
    .init(
      rank: 3, host: host, offset: offset, error: 1500,
      origin: Int64(Moment.now) - offset)
  }

  @Test("spans of activities and details, as far as they are to be kept")
  func levels() throws {
    try withTemporaryFolder { folder in
      let found = try recorded(identity(), in: folder) {
        Activity.compute.during("unseen") { Detail.during("unseen") {} }
        Stopwatch.keep(.activities)
        Activity.compute.during("compute") { Detail.during("unseen") {} }
        Stopwatch.keep(.details)
        Detail.during(SpanName("encoder/0/dense")) {}
        Stopwatch.keep(.rare)
        Activity.checkpoint.during("checkpoint", isRare: true) {
          Activity.wait.during("MPI_Gatherv", .call(7)) {}
        }
        Activity.wait.during("unseen") {}
      }
      #expect(
        found.filter { $0.ph == "X" }.map(\.name)
          == ["compute", "encoder/0/dense", "MPI_Gatherv", "checkpoint"])
      #expect(
        found.filter { $0.ph == "X" }.map(\.cat) == ["compute", "detail", "wait", "checkpoint"])
      #expect(found.allSatisfy { $0.pid == 3 })
    }
  }

  @Test("times are those of rank 0's clock")
  func clock() throws {
    try withTemporaryFolder { folder in
      // This rank's clock is an hour ahead, so the beginning was an hour ago by it.
      let found = try recorded(identity(offset: 3_600_000_000_000), in: folder) {
        Stopwatch.keep(.activities)
        Activity.load.during("load") { _ = usleep(2000) }
      }
      let load = try #require(found.first { $0.name == "load" })
      #expect(load.ts >= 0 && load.ts < 5e6)
      #expect(try #require(load.dur) >= 2000)
    }
  }

  @Test("hosts and layers of any name leave the file JSON")
  func hostile() throws {
    try withTemporaryFolder { folder in
      let found = try recorded(identity(host: "a\"b\\c\nd"), in: folder) {
        Stopwatch.keep(.details)
        Detail.during(SpanName("Schicht \"größe\"\\\u{1}")) {}
      }
      #expect(found.contains { $0.name == "Schicht \"größe\"\\ " })
    }
  }

  @Test("spans that come too fast are counted, and the others stay whole")
  func overflow() throws {
    try withTemporaryFolder { folder in
      let many = 1_000_000
      _ = try recorded(identity(), in: folder) {
        Stopwatch.keep(.details)
        for _ in 0..<many { Detail.during("x") {} }
      }
      let text = try String(contentsOfFile: folder + "/part.json", encoding: .utf8)
      let kept = text.split(separator: "\n").count { $0.contains("\"X\"") }
      let lost = try #require(text.firstMatch(of: /"count":(\d+)/).flatMap { Int($0.1) })
      #expect(kept + lost == many)
      #expect(lost > 0, "a ring of 65,536 takes no million at once")
      _ = try events(folder + "/part.json")
    }
  }

  @Test("a disk that is full is told of once, and nothing else happens")
  func full() throws {
    Stopwatch.start()
    defer { Stopwatch.stop() }
    let told = Told()
    let recorder = try #require(TraceRecorder(path: "/dev/full", identity()) { told.add($0) })
    Stopwatch.keep(.details)
    for _ in 0..<3 {
      Detail.during("x") {}
      usleep(150_000)
    }
    recorder.finish()
    #expect(told.all.count == 1)
    #expect(told.all.first?.contains("No space left") == true, "\(told.all)")
  }

  @Test("a folder that is not there is no end")
  func nowhere() {
    #expect(TraceRecorder(path: "/nonexistent/part.json", identity()) { _ in } == nil)
  }
}

private final class Told: @unchecked Sendable {
  private let lock = NSLock()
  private var texts: [String] = []
  var all: [String] { lock.withLock { texts } }
  func add(_ text: String) { lock.withLock { texts.append(text) } }
}
