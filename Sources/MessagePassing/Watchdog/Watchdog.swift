import Foundation
import Synchronization

/// Watches that every rank comes to what the others wait for.
///
/// MPI is called by the main thread alone (`MPI_THREAD_FUNNELED`), and that may be stuck in a call. So each
/// rank has a thread that tells rank 0 by TCP twice a second how its main thread is; rank 0's thread
/// judges, and the others notice when rank 0 no longer answers.
public enum Watchdog {
  /// Ends the thread of this process, while there is one.
  private static let current = Mutex<StopSwitch?>(nil)

  /// Starts watching, until `stop()`. Every rank calls this together. It does nothing where there is nothing to
  /// watch, or no channel can be had: then rank 0 warns.
  /// - Throws: `MPIError`.
  public static func start(
    _ communicator: Communicator, _ settings: WatchdogSettings, alarm: WatchdogAlarm
  ) throws {
    stop()
    guard communicator.size > 1, !settings.isOff else { return }
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
      return
    }
    current.withLock { $0 = stopSwitch }
    if let listening {
      detach { WatchdogRoot(listening.socket, token: token, stop: stopSwitch, reaction).run() }
    } else {
      let rank = communicator.rank
      let near = hosts[rank] == hosts[0] ? ["127.0.0.1", "::1"] : []
      detach {
        WatchdogMember(
          rank, addresses: near + call.addresses, port: call.port, token: call.token,
          stop: stopSwitch, reaction
        ).run()
      }
    }
  }

  /// Ends this process's watchdog in peace, if there is one: from here on nobody waits for this rank.
  ///
  /// For ends that all ranks know of. One that fails alone is watched until its process has ended, so
  /// that the others learn of it.
  public static func stop() {
    let stopSwitch = current.withLock { current in
      defer { current = nil }
      return current
    }
    stopSwitch?.stop()
    stopSwitch?.waitForEnd()
  }

  private static func detach(_ body: @escaping @Sendable () -> Void) {
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
