import Foundation

/// Rank 0's side of the channel: hears all ranks, answers them, and judges. One thread uses it.
final class WatchdogRoot {
  private let listener: Int32
  private let token: UInt64
  private let stop: StopSwitch
  private let judge: WatchdogJudge
  private var reaction: WatchdogReaction
  private var clock = AwakeClock(at: monotonicSeconds())
  private var reader = PulseReader(rank: 0)
  private var ranks: [WatchedRank]
  /// Connections of ranks, and of callers that have not said who they are.
  private var streams: [Int: BeatStream] = [:]
  private var callers: [(stream: BeatStream, since: Double)] = []
  private var hasToldOfMissing = false

  /// When ranks that cannot be heard are told of, in seconds.
  private static let callersTime = 20.0

  init(_ listener: Int32, token: UInt64, stop: StopSwitch, _ reaction: WatchdogReaction) {
    (self.listener, self.token, self.stop, self.reaction) = (listener, token, stop, reaction)
    judge = WatchdogJudge(settings: reaction.settings)
    ranks = reaction.hosts.indices.map { WatchedRank(beat: Beat(rank: $0)) }
    ranks[0].link = .open
  }

  /// The thread's work.
  func run() {
    var next = monotonicSeconds()
    while !stop.isOn {
      wait(max(next - monotonicSeconds(), 0))
      greet()
      listen()
      let time = monotonicSeconds()
      guard time >= next else { continue }
      next = max(next + beatPeriod, time + beatPeriod / 2)
      tick(time)
    }
    farewell()
    stop.hasEnded()
  }

  private func wait(_ seconds: Double) {
    let files = [listener, stop.readEnd] + callers.map(\.stream.file) + streams.values.map(\.file)
    var polls = files.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polls, nfds_t(polls.count), Int32((seconds * 1000).rounded(.up)))
  }

  /// Takes callers, and knows them by their first message. Who has not the run's token is none of
  /// its ranks.
  private func greet() {
    while let file = TCP.accept(listener) { callers.append((BeatStream(file), clock.now)) }
    for index in callers.indices.reversed() {
      var stream = callers[index].stream
      switch stream.next() {
      case .beat(let hello) where isRank(hello):
        callers.remove(at: index)
        streams[hello.rank] = stream
        ranks[hello.rank].link = .open
        ranks[hello.rank].heard = clock.now
        TCP.send(ranks[0].beat, to: stream.file)
      case .nothing where clock.now - callers[index].since < Self.callersTime:
        callers[index].stream = stream
      default:
        stream.close()
        callers.remove(at: index)
      }
    }
  }

  private func isRank(_ hello: Beat) -> Bool {
    hello.kind == .hello && hello.token == token && ranks.indices.dropFirst().contains(hello.rank)
      && streams[hello.rank] == nil
  }

  private func listen() {
    for rank in streams.keys {
      reading: while var stream = streams[rank] {
        let reading = stream.next()
        streams[rank] = stream
        switch reading {
        case .nothing: break reading
        case .ended: close(rank, .lost(clock.now))
        case .beat(let beat) where beat.kind == .goodbye: close(rank, .left)
        case .beat(let beat): (ranks[rank].beat, ranks[rank].heard) = (beat, clock.now)
        }
      }
    }
  }

  private func close(_ rank: Int, _ link: WatchedRank.Link) {
    ranks[rank].link = link
    streams.removeValue(forKey: rank)?.close()
  }

  private func tick(_ time: Double) {
    clock.advance(to: time)
    (ranks[0].beat, ranks[0].heard) = (reader.read(now: clock.now), clock.now)
    for stream in streams.values { TCP.send(ranks[0].beat, to: stream.file) }
    tellOfMissing()
    let finding = judge.judge(ranks, now: clock.now)
    reaction.react(to: finding, ranks[finding.rank ?? 0].beat)
  }

  private func tellOfMissing() {
    guard !hasToldOfMissing, clock.now > Self.callersTime else { return }
    hasToldOfMissing = true
    let missing = ranks.indices.filter { ranks[$0].link == .none }.map(String.init)
    guard !missing.isEmpty else { return }
    reaction.alarm.warn(
      "warning: \(missing.count == 1 ? "rank" : "ranks") \(missing.joined(separator: ", ")) cannot reach "
        + "rank 0 (\(reaction.hosts[0])) by TCP: the watchdog does not see them")
  }

  private func farewell() {
    var goodbye = Beat(kind: .goodbye, rank: 0)
    goodbye.step = ranks[0].beat.step
    let end = monotonicSeconds() + 0.5
    for rank in streams.keys { streams[rank]?.end(goodbye) }
    for rank in streams.keys { streams[rank]?.drain(until: end) }
    for caller in callers { caller.stream.close() }
    _ = Glibc.close(listener)
  }
}
