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
  /// Until when callers are left waiting: there is no descriptor for them.
  private var isFullUntil = 0.0

  /// When ranks that cannot be heard are told of, in seconds.
  private static let callersTime = 20.0

  init(_ listener: Int32, token: UInt64, stop: StopSwitch, _ reaction: WatchdogReaction) {
    (self.listener, self.token, self.stop, self.reaction) = (listener, token, stop, reaction)
    judge = WatchdogJudge(settings: reaction.settings)
    ranks = reaction.hosts.indices.map { WatchedRank(beat: Beat(rank: $0)) }
    ranks[0].link = .open
    // One for each rank, and some for callers.
    TCP.makeRoom(forDescriptors: ranks.count + 64)
  }

  /// The thread's work.
  func run() {
    var next = monotonicSeconds()
    while !stop.isOn {
      wait(max(next - monotonicSeconds(), 0))
      greet()
      let time = monotonicSeconds()
      guard time >= next else { continue }
      listen()
      next = max(next + beatPeriod, time + beatPeriod / 2)
      tick(time)
    }
    farewell()
    stop.hasEnded()
  }

  /// Waits for callers. Ranks are read when it is time to judge: a thousand of them must not wake the core
  /// that rank 0 computes on two thousand times a second.
  private func wait(_ seconds: Double) {
    // A negative descriptor is not looked at. One that stays readable would not let this thread sleep.
    let isFull = monotonicSeconds() < isFullUntil
    let files = [isFull ? -1 : listener, stop.readEnd] + callers.map(\.stream.file)
    var polls = files.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polls, nfds_t(polls.count), Int32((seconds * 1000).rounded(.up)))
  }

  /// Takes callers, and knows them by their first message. Who has not the run's token is none of
  /// its ranks.
  private func greet() {
    accept()
    // Oldest first: of several calls of one rank the last one counts.
    var others: [(stream: BeatStream, since: Double)] = []
    for (stream, since) in callers {
      var stream = stream
      switch stream.next() {
      case .beat(let hello) where isRank(hello): welcome(hello.rank, stream)
      case .nothing where clock.now - since < Self.callersTime: others.append((stream, since))
      default: stream.close()
      }
    }
    callers = others
  }

  private func accept() {
    guard monotonicSeconds() >= isFullUntil else { return }
    while true {
      switch TCP.accept(listener) {
      case .caller(let file): callers.append((BeatStream(file), clock.now))
      case .nobody: return
      case .full:
        isFullUntil = monotonicSeconds() + 1
        return
      }
    }
  }

  private func isRank(_ hello: Beat) -> Bool {
    hello.kind == .hello && hello.token == token && ranks.indices.dropFirst().contains(hello.rank)
      && ranks[hello.rank].link != .left
  }

  /// A rank calls again where it was not answered in time, or its connection was cut. One that has not
  /// sent a beat may be gone already, since it calls elsewhere: nothing is concluded from its silence.
  private func welcome(_ rank: Int, _ stream: BeatStream) {
    var stream = stream
    streams.removeValue(forKey: rank)?.close()
    stream.send(ranks[0].beat)
    streams[rank] = stream
    ranks[rank].heard = clock.now
    if case .lost = ranks[rank].link { ranks[rank].link = .open }
  }

  private func listen() {
    for rank in streams.keys {
      reading: while var stream = streams[rank] {
        let reading = stream.next()
        streams[rank] = stream
        switch reading {
        case .nothing: break reading
        case .ended: close(rank, ranks[rank].link == .none ? .none : .lost(clock.now))
        case .beat(let beat) where beat.kind == .goodbye: close(rank, .left)
        case .beat(let beat):
          ranks[rank].link = .open
          ranks[rank].hear(beat, at: clock.now)
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
    ranks[0].hear(reader.read(now: clock.now), at: clock.now)
    for rank in streams.keys { streams[rank]?.send(ranks[0].beat) }
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
