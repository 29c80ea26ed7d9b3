import Foundation

/// The side of every other rank: tells rank 0 how it is, and notices when rank 0 no longer answers. One
/// thread uses it.
final class WatchdogMember {
  private let rank: Int
  private let addresses: [String]
  private let port: Int
  private let token: UInt64
  private let stop: StopSwitch
  private var reaction: WatchdogReaction
  private var clock = AwakeClock(at: monotonicSeconds())
  private var reader: PulseReader
  private var root = WatchedRank(beat: Beat(rank: 0))
  /// The connection; nil before rank 0 has answered, and where it was cut.
  private var stream: BeatStream?
  /// The address to call next: after a cut, the one that has answered.
  private var place = 0
  private var callAgain = 0.0

  init(
    _ rank: Int, addresses: [String], port: Int, token: UInt64, stop: StopSwitch,
    _ reaction: WatchdogReaction
  ) {
    (self.rank, self.addresses, self.port, self.token) = (rank, addresses, port, token)
    (self.stop, self.reaction) = (stop, reaction)
    reader = PulseReader(rank: rank)
  }

  /// The thread's work.
  func run() {
    var next = monotonicSeconds()
    while !stop.isOn, root.link != .left {
      wait(max(next - monotonicSeconds(), 0))
      listen()
      let time = monotonicSeconds()
      guard time >= next else { continue }
      next = max(next + beatPeriod, time + beatPeriod / 2)
      tick(time)
    }
    leave()
    stop.hasEnded()
  }

  private func leave() {
    stream?.end(Beat(kind: .goodbye, rank: rank))
    stream?.drain(until: monotonicSeconds() + 0.5)
  }

  /// Calls the next address, and waits for an answer as rank 0 of this run; for so short a time that this
  /// thread's clock goes on. Where nobody answers, it is tried again as long as the run lives: rank 0
  /// may have been stopped, or a link may be back.
  private func call() {
    let address = addresses[place]
    if let file = TCP.connect(address, port, timeout: 1) {
      var called = BeatStream(file)
      var hello = Beat(kind: .hello, rank: rank)
      hello.token = token
      called.send(hello)
      if TCP.wait(file, Int16(POLLIN), 0.9), case .beat = called.next() {
        clock.advance(to: monotonicSeconds())
        (stream, root.link, root.heard) = (called, .open, clock.now)
        return
      }
      called.close()
    }
    clock.advance(to: monotonicSeconds())
    place = (place + 1) % addresses.count
    // Between two rounds.
    if place == 0 { callAgain = monotonicSeconds() + (root.link == .none ? 5 : 0.5) }
  }

  private func wait(_ seconds: Double) {
    let files = [stream?.file ?? -1, stop.readEnd]
    var polls = files.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polls, 2, Int32((seconds * 1000).rounded(.up)))
  }

  private func listen() {
    while let reading = stream?.next() {
      switch reading {
      case .nothing: return
      case .ended: close(.lost(clock.now))
      case .beat(let beat) where beat.kind == .goodbye: close(.left)
      case .beat(let beat): root.hear(beat, at: clock.now)
      }
    }
  }

  private func close(_ link: WatchedRank.Link) {
    stream?.close()
    (stream, root.link) = (nil, link)
  }

  private func tick(_ time: Double) {
    clock.advance(to: time)
    if stream == nil, !addresses.isEmpty, time >= callAgain { call() }
    let own = reader.read(now: clock.now)
    stream?.send(own)
    // The lowest rank that is left speaks, rank 0 before all: each side of a cut link blames the other.
    reaction.react(
      to: finding(own), root.beat, mayWarn: rank == 1,
      patience: min(1.5 + 0.5 * Double(rank - 1), 10))
  }

  private func finding(_ own: Beat) -> WatchdogFinding {
    if case .lost(let time) = root.link { return .lost(rank: 0, seconds: clock.now - time) }
    guard root.link == .open, root.isSilent(reaction.settings, clock.now), let waited = own.waited
    else { return .nothing }
    // Rank 0 was well while it could be heard.
    return .late(rank: 0, seconds: min(waited, clock.now - root.heard), isSilent: true)
  }
}
