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

  init(
    _ rank: Int, addresses: [String], port: Int, token: UInt64, stop: StopSwitch,
    _ reaction: WatchdogReaction
  ) {
    (self.rank, self.addresses, self.port, self.token) = (rank, addresses, port, token)
    (self.stop, self.reaction) = (stop, reaction)
    reader = PulseReader(rank: rank)
  }

  /// The thread's work. Where rank 0 cannot be reached there is none; rank 0 says so.
  func run() {
    if var stream = call() {
      root.link = .open
      clock.advance(to: monotonicSeconds())
      root.heard = clock.now
      watch(&stream)
    }
    stop.hasEnded()
  }

  /// The first address that answers as rank 0 of this run.
  private func call() -> BeatStream? {
    for address in addresses where !stop.isOn {
      guard let file = TCP.connect(address, port, timeout: 2) else { continue }
      var stream = BeatStream(file)
      var hello = Beat(kind: .hello, rank: rank)
      hello.token = token
      if TCP.send(hello, to: file), TCP.wait(file, Int16(POLLIN), 3), case .beat = stream.next() {
        return stream
      }
      stream.close()
    }
    return nil
  }

  private func watch(_ stream: inout BeatStream) {
    var next = monotonicSeconds()
    while !stop.isOn, root.link != .left {
      wait(root.link == .open ? stream.file : -1, max(next - monotonicSeconds(), 0))
      if root.link == .open { listen(&stream) }
      let time = monotonicSeconds()
      guard time >= next else { continue }
      next = max(next + beatPeriod, time + beatPeriod / 2)
      tick(time, stream)
    }
    if root.link == .open {
      stream.end(Beat(kind: .goodbye, rank: rank))
      stream.drain(until: monotonicSeconds() + 0.5)
    } else {
      stream.close()
    }
  }

  private func wait(_ file: Int32, _ seconds: Double) {
    var polls = [file, stop.readEnd].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polls, 2, Int32((seconds * 1000).rounded(.up)))
  }

  private func listen(_ stream: inout BeatStream) {
    while true {
      switch stream.next() {
      case .nothing: return
      case .ended:
        root.link = .lost(clock.now)
        return
      case .beat(let beat) where beat.kind == .goodbye:
        root.link = .left
        return
      case .beat(let beat): (root.beat, root.heard) = (beat, clock.now)
      }
    }
  }

  private func tick(_ time: Double, _ stream: BeatStream) {
    clock.advance(to: time)
    let own = reader.read(now: clock.now)
    if root.link == .open { TCP.send(own, to: stream.file) }
    // The lowest rank that is left speaks: others leave it the time.
    reaction.react(
      to: finding(own), root.beat, mayWarn: rank == 1,
      patience: min(0.5 * Double(rank - 1), 10))
  }

  private func finding(_ own: Beat) -> WatchdogFinding {
    if case .lost(let time) = root.link { return .lost(rank: 0, seconds: clock.now - time) }
    guard root.isSilent(reaction.settings, clock.now), let waited = own.waited else {
      return .nothing
    }
    return .late(rank: 0, seconds: waited, isSilent: true)
  }
}
