import Foundation
import Testing

@testable import MessagePassing

/// Rank 0's side of the watchdog's channel, as a thread of this process, and a rank that speaks to it.
@Suite("Connections of the watchdog", .serialized)
struct BeatConnectionTests {
  private final class Ends: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [WatchdogFailure] = []
    func add(_ failure: WatchdogFailure) { lock.withLock { found.append(failure) } }
    var all: [WatchdogFailure] { lock.withLock { found } }
  }

  private struct Root {
    let port: Int
    let ends = Ends()
    let stop: StopSwitch

    init() throws {
      let listening = try #require(TCP.listen())
      let stop = try #require(StopSwitch())
      let ends = self.ends
      let reaction = WatchdogReaction(
        WatchdogSettings(warnAfter: 60, endAfter: 600), hosts: ["a", "a"],
        alarm: WatchdogAlarm(warn: { _ in }, end: { ends.add($0) }))
      (port, self.stop) = (listening.port, stop)
      let socket = listening.socket
      Thread.detachNewThread { WatchdogRoot(socket, token: 7, stop: stop, reaction).run() }
    }

    /// A connection that has said hello, and been answered.
    func call() throws -> BeatStream {
      let file = try #require(TCP.connect("127.0.0.1", port, timeout: 5))
      var stream = BeatStream(file)
      var hello = Beat(kind: .hello, rank: 1)
      hello.token = 7
      stream.send(hello)
      #expect(TCP.wait(file, Int16(POLLIN), 5))
      return stream
    }

    func end() {
      stop.stop()
      stop.waitForEnd()
    }
  }

  @Test("a call that was given up is not a death, and the rank may call again")
  func callsAgain() throws {
    let root = try Root()
    try root.call().close()
    var second = try root.call()
    second.send(Beat(rank: 1))
    Thread.sleep(forTimeInterval: 7)
    #expect(root.ends.all.isEmpty)
    // Cut, and back before anybody is dead.
    second.close()
    Thread.sleep(forTimeInterval: 2)
    var third = try root.call()
    third.send(Beat(rank: 1))
    Thread.sleep(forTimeInterval: 5)
    #expect(root.ends.all.isEmpty)
    third.close()
    Thread.sleep(forTimeInterval: 7)
    #expect(root.ends.all.first?.rank == 1)
    root.end()
  }

  @Test("a member calls until rank 0 answers, and again when it was cut")
  func member() throws {
    let listening = try #require(TCP.listen())
    defer { close(listening.socket) }
    let stop = try #require(StopSwitch())
    let ends = Ends()
    let reaction = WatchdogReaction(
      WatchdogSettings(warnAfter: 60, endAfter: 600), hosts: ["a", "a"],
      alarm: WatchdogAlarm(warn: { _ in }, end: { ends.add($0) }))
    let port = listening.port
    Thread.detachNewThread {
      WatchdogMember(
        1, addresses: ["127.0.0.1"], port: port, token: 7, stop: stop, reaction
      ).run()
    }
    // The first call is not answered in time.
    Thread.sleep(forTimeInterval: 2)
    for _ in 0..<2 {
      var stream = try answer(listening.socket)
      stream.send(Beat(rank: 0))
      stream.close()
    }
    var stream = try answer(listening.socket)
    Thread.sleep(forTimeInterval: 3)
    #expect(ends.all.isEmpty)
    stream.end(Beat(kind: .goodbye, rank: 0))
    stop.stop()
    stop.waitForEnd()
    stream.close()
  }

  /// Takes the newest call, and answers it: those before it have been given up.
  private func answer(_ listener: Int32) throws -> BeatStream {
    let end = monotonicSeconds() + 20
    while monotonicSeconds() < end {
      _ = TCP.wait(listener, Int16(POLLIN), 1)
      guard case .caller(let file) = TCP.accept(listener) else { continue }
      var stream = BeatStream(file)
      guard TCP.wait(file, Int16(POLLIN), 1), case .beat(let hello) = stream.next(),
        hello.kind == .hello, hello.rank == 1, hello.token == 7
      else {
        stream.close()
        continue
      }
      stream.send(Beat(rank: 0))
      // The member's first beat; one that has given up has closed.
      if TCP.wait(file, Int16(POLLIN), 2), case .beat(let beat) = stream.next(), beat.kind == .beat
      {
        return stream
      }
      stream.close()
    }
    throw POSIXError(.ETIMEDOUT)
  }
}
