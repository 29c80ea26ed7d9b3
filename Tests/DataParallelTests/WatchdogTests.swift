import Foundation
import Testing

@testable import MessagePassing

@Suite("What the watchdog concludes")
struct WatchdogTests {
  private let settings = WatchdogSettings(warnAfter: 10, endAfter: 100)

  /// A rank that was heard just now.
  private func rank(
    _ number: Int, at collectives: Int, waiting waited: Double? = nil,
    _ phase: Pulse.Phase = .compute, silentFor silence: Double = 0
  ) -> WatchedRank {
    var beat = Beat(rank: number)
    (beat.collectives, beat.waited, beat.phase) = (collectives, waited, phase)
    return WatchedRank(link: .open, beat: beat, heard: 1000 - silence)
  }

  private func judge(_ ranks: [WatchedRank]) -> WatchdogFinding {
    WatchdogJudge(settings: settings).judge(ranks, now: 1000)
  }

  @Test("nobody is late")
  func sound() {
    #expect(judge([rank(0, at: 7), rank(1, at: 7), rank(2, at: 8)]) == .nothing)
    // One is behind, but nobody waits for it.
    #expect(judge([rank(0, at: 7, waiting: 50), rank(1, at: 9)]) == .nothing)
  }

  @Test("a rank that has not come to what others wait in")
  func late() {
    let ranks = [rank(0, at: 8, waiting: 30), rank(1, at: 7, .load), rank(2, at: 8, waiting: 40)]
    #expect(judge(ranks) == .late(rank: 1, seconds: 40, isSilent: false))
  }

  @Test("of several the one that is furthest behind")
  func severalLate() {
    let ranks = [rank(0, at: 7), rank(1, at: 5), rank(2, at: 8, waiting: 12)]
    #expect(judge(ranks) == .late(rank: 1, seconds: 12, isSilent: false))
  }

  @Test("a rank that gives no sign of life, wherever it was")
  func silent() {
    for waited in [nil, 3.0] {
      let ranks = [
        rank(0, at: 8, waiting: 20), rank(1, at: 8, waiting: waited, silentFor: 25),
        rank(2, at: 8, waiting: 20),
      ]
      #expect(judge(ranks) == .late(rank: 1, seconds: 20, isSilent: true))
    }
    // Nobody waits for it yet.
    #expect(judge([rank(0, at: 8), rank(1, at: 8, silentFor: 21)]) == .nothing)
  }

  @Test(
    "an evaluation or a checkpoint may be long, but not silent",
    arguments: [Pulse.Phase.evaluate, .checkpoint])
  func long(phase: Pulse.Phase) {
    #expect(judge([rank(0, at: 7, phase), rank(1, at: 8, waiting: 500)]) == .nothing)
    #expect(
      judge([rank(0, at: 7, phase, silentFor: 400), rank(1, at: 8, waiting: 500)])
        == .late(rank: 0, seconds: 400, isSilent: true))
    // The others have waited for long, as they may, when it is not heard for a moment; or another one.
    #expect(
      judge([rank(0, at: 7, phase, silentFor: 5), rank(1, at: 8, waiting: 700)])
        == .late(rank: 0, seconds: 5, isSilent: true))
    #expect(
      judge([rank(0, at: 7, phase), rank(1, at: 8, waiting: 700), rank(2, at: 8, silentFor: 6)])
        == .late(rank: 2, seconds: 6, isSilent: true))
    // Another one is stopped meanwhile.
    let ranks = [rank(0, at: 7, phase), rank(1, at: 8, waiting: 50), rank(2, at: 8, silentFor: 50)]
    #expect(judge(ranks) == .late(rank: 2, seconds: 50, isSilent: true))
  }

  @Test(
    "what others waited for a long phase is not charged to the next one",
    arguments: [Pulse.Phase.evaluate, .checkpoint, .setUp])
  func afterLong(phase: Pulse.Phase) {
    var late = rank(0, at: 7, phase, silentFor: 3)
    var next = late.beat
    next.phase = .compute
    late.hear(next, at: 997)
    #expect(late.heard == 997)
    late.hear(next, at: 1000)
    #expect(
      judge([late, rank(1, at: 8, waiting: 700)]) == .late(rank: 0, seconds: 3, isSilent: false))
  }

  @Test("setting up may take ten times as long, and hides nobody")
  func settingUp() {
    #expect(
      judge([rank(0, at: 7, .setUp), rank(1, at: 8, waiting: 700)])
        == .late(rank: 0, seconds: 700, isSilent: false))
    let ranks = [
      rank(0, at: 5, .setUp), rank(1, at: 8, waiting: 700), rank(2, at: 7, silentFor: 90),
    ]
    #expect(judge(ranks) == .late(rank: 2, seconds: 90, isSilent: true))
    let said = Said()
    var reaction = WatchdogReaction(
      settings, hosts: ["a", "b"],
      alarm: WatchdogAlarm(warn: { said.lines.append($0) }, end: { said.ends.append($0) }))
    let beat = Beat(rank: 0)
    reaction.react(to: .late(rank: 0, seconds: 999, isSilent: false), beat)
    #expect(said.ends.isEmpty && said.lines.count == 1 && said.lines[0].contains("1000 s"))
    reaction.react(to: .late(rank: 0, seconds: 1000, isSilent: false), beat)
    #expect(said.ends.count == 1)
    reaction.react(to: .late(rank: 0, seconds: 100, isSilent: true), beat)
    #expect(said.ends.count == 2)
  }

  @Test("a call that waits inside of another belongs to it")
  func nested() throws {
    let calls = WaitingCalls()
    var seen: [Int?] = []
    func look() { seen.append(calls.isWaiting ? calls.count : nil) }
    calls.waiting {
      look()
      calls.waiting { look() }
      look()
    }
    look()
    do {
      try calls.waiting { throw CancellationError() }
    } catch { look() }
    calls.waiting { look() }
    #expect(seen == [1, 1, 1, nil, nil, 3])
  }

  @Test("where the other side does not read, whole messages are left out")
  func fullBuffer() throws {
    var ends: [Int32] = [-1, -1]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    var size: Int32 = 4096
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, 4)
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    var (writer, reader) = (BeatStream(ends[0]), BeatStream(ends[1]))
    defer {
      writer.close()
      reader.close()
    }
    var (received, last) = (0, -1)
    for number in 0..<20_000 {
      var beat = Beat(rank: 1)
      beat.step = number
      writer.send(beat)
      // It reads after long silence only, and a few.
      guard number % 500 == 0 else { continue }
      for _ in 0..<7 {
        guard case .beat(let beat) = reader.next() else { break }
        #expect(beat.step > last)
        (received, last) = (received + 1, beat.step)
      }
    }
    reading: while true {
      switch reader.next() {
      case .beat(let beat): (received, last) = (received + 1, beat.step)
      case .nothing: break reading
      case .ended:
        Issue.record("the stream is torn after \(received) messages")
        break reading
      }
    }
    #expect(received > 100 && received < 20_000 && last > 10_000)
  }

  @Test("all wait: messages no longer arrive")
  func stalled() {
    #expect(
      judge([rank(0, at: 8, waiting: 30), rank(1, at: 8, waiting: 20)]) == .stalled(seconds: 20))
    // Of a rank that was never heard nobody knows whether it waits.
    var missing = rank(1, at: 0)
    missing.link = .none
    #expect(judge([rank(0, at: 8, waiting: 30), missing]) == .nothing)
  }

  @Test("a rank that ended without a goodbye, and one with")
  func ended() {
    var gone = rank(1, at: 8)
    gone.link = .lost(996)
    #expect(judge([rank(0, at: 8), gone]) == .lost(rank: 1, seconds: 4))
    gone.link = .left
    #expect(judge([rank(0, at: 9, waiting: 300), gone]) == .nothing)
  }

  @Test("silence begins after three beats, and not long after the first limit")
  func silence() {
    #expect(WatchdogSettings(warnAfter: 1, endAfter: 3).silence == 1.5)
    #expect(WatchdogSettings(warnAfter: 6, endAfter: 0).silence == 3)
    #expect(WatchdogSettings(warnAfter: 60, endAfter: 600).silence == 5)
    #expect(WatchdogSettings(warnAfter: 0, endAfter: 0).isOff)
  }

  @Test("the clock stands still while the process does")
  func clock() {
    var clock = AwakeClock(at: 100)
    clock.advance(to: 100.5)
    clock.advance(to: 101.5)
    #expect(clock.now == 1.5)
    clock.advance(to: 4000)
    #expect(clock.now == 1.5 + AwakeClock.counted)
  }

  @Test("messages arrive as they were sent, and nothing else is one")
  func beats() throws {
    var beat = Beat(kind: .hello, rank: 3)
    (beat.step, beat.phase, beat.collectives) = (1 << 40, .checkpoint, 12)
    (beat.waited, beat.token) = (1.25, .max - 5)
    #expect(beat.bytes.count == Beat.size)
    #expect(try #require(Beat(beat.bytes[...])) == beat)
    beat.waited = nil
    #expect(try #require(Beat(beat.bytes[...])) == beat)
    #expect(Beat([UInt8](repeating: 7, count: Beat.size)[...]) == nil)
    #expect(Beat(beat.bytes.dropLast()) == nil)
  }

  @Test("a warning once, the end once, and both name rank, host, step and phase")
  func reaction() {
    let said = Said()
    var reaction = WatchdogReaction(
      settings, hosts: ["a", "b"],
      alarm: WatchdogAlarm(warn: { said.lines.append($0) }, end: { said.ends.append($0) }))
    var beat = Beat(rank: 1)
    (beat.step, beat.phase, beat.collectives) = (17, .load, 4)
    for seconds in [1.0, 9, 11, 50, 99] {
      reaction.react(to: .late(rank: 1, seconds: seconds, isSilent: false), beat)
    }
    #expect(said.lines.count == 1 && said.ends.isEmpty)
    for word in ["rank 1 (b)", "step 17", "loading data", "11 s", "100 s"] {
      #expect(said.lines[0].contains(word), "\(said.lines)")
    }
    reaction.react(to: .late(rank: 1, seconds: 100, isSilent: false), beat)
    #expect(said.ends.map(\.rank) == [1] && said.ends[0].host == "b")
    // Later it is late again: another call.
    beat.collectives = 9
    reaction.react(to: .late(rank: 1, seconds: 12, isSilent: false), beat)
    #expect(said.lines.count == 2)
  }

  private final class Said: @unchecked Sendable {
    // One thread uses it.
    var lines: [String] = []
    var ends: [WatchdogFailure] = []
  }
}
