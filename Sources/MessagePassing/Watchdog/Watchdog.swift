import Foundation

/// Watches that every rank comes to what the others wait for.
///
/// MPI is called by the main thread alone (`MPI_THREAD_FUNNELED`), and that may be stuck in a call. So each
/// rank has a thread that tells rank 0 by TCP twice a second how its main thread is; rank 0's thread
/// judges, and the others notice when rank 0 no longer answers.
public final class Watchdog {
  private let stopSwitch: StopSwitch
  private var isStopped = false

  /// Starts watching. Every rank calls this together; nil where there is nothing to watch, or no channel
  /// can be had: then rank 0 warns.
  public convenience init?(
    _ communicator: Communicator, _ settings: WatchdogSettings, alarm: WatchdogAlarm
  ) throws {
    guard communicator.size > 1, !settings.isOff else { return nil }
    let hosts = try communicator.allGather(Array(communicator.host.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
    let listening = communicator.rank == 0 ? TCP.listen() : nil
    let token = UInt64.random(in: 0 ... .max)
    let words = listening.map { ["\($0.port)", "\(token)"] + TCP.addresses() } ?? []
    let invitation = try communicator.broadcast(Array(words.joined(separator: " ").utf8))
    let stopSwitch = StopSwitch()
    let reaction = WatchdogReaction(settings, hosts: hosts, alarm: alarm)
    guard let call = Invitation(invitation), let stopSwitch else {
      if communicator.rank == 0 {
        alarm.warn("warning: no watchdog: no TCP socket can be opened on \(communicator.host)")
      }
      return nil
    }
    self.init(stopSwitch)
    if let listening {
      start { WatchdogRoot(listening.socket, token: token, stop: stopSwitch, reaction).run() }
    } else {
      let rank = communicator.rank
      let near = hosts[rank] == hosts[0] ? ["127.0.0.1", "::1"] : []
      start {
        WatchdogMember(
          rank, addresses: near + call.addresses, port: call.port, token: call.token,
          stop: stopSwitch, reaction
        ).run()
      }
    }
  }

  private init(_ stopSwitch: StopSwitch) { self.stopSwitch = stopSwitch }

  deinit { stop() }

  /// Ends in peace: from here on nobody waits for this rank.
  public func stop() {
    guard !isStopped else { return }
    isStopped = true
    stopSwitch.stop()
    stopSwitch.waitForEnd()
  }

  private func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = "watchdog"
    // Signals are the main thread's.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    thread.start()
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}

/// Where rank 0 listens, and what callers have to know.
private struct Invitation {
  let port: Int
  let token: UInt64
  let addresses: [String]

  init?(_ bytes: [UInt8]) {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
    guard words.count >= 2, let port = Int(words[0]), let token = UInt64(words[1]) else {
      return nil
    }
    (self.port, self.token, addresses) = (port, token, Array(words.dropFirst(2)))
  }
}
