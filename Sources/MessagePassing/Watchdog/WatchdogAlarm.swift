/// Why a run was ended.
public struct WatchdogFailure: Error, Sendable, Equatable {
  /// The rank that is to blame; nil where it is none.
  public let rank: Int?
  /// Its host.
  public let host: String?
  /// The update that it was at.
  public let step: Int
  /// What it was doing.
  public let phase: Pulse.Phase
  /// One line: what is wrong, and what to do.
  public let reason: String
}

/// What is done about findings. Called by the watchdog's thread.
public struct WatchdogAlarm: Sendable {
  /// Says a line.
  public let warn: @Sendable (String) -> Void
  /// Ends this process, and with it the run; it does not come back.
  public let end: @Sendable (WatchdogFailure) -> Void

  /// What is done.
  public init(
    warn: @escaping @Sendable (String) -> Void, end: @escaping @Sendable (WatchdogFailure) -> Void
  ) {
    (self.warn, self.end) = (warn, end)
  }
}

/// Turns findings into a warning, once, and an end.
struct WatchdogReaction {
  let settings: WatchdogSettings
  let hosts: [String]
  let alarm: WatchdogAlarm
  /// What was warned of: the rank, and the call that it had come to.
  private var warned: (rank: Int?, collectives: Int)?

  init(_ settings: WatchdogSettings, hosts: [String], alarm: WatchdogAlarm) {
    (self.settings, self.hosts, self.alarm) = (settings, hosts, alarm)
  }

  /// - Parameters:
  ///   - speaker: the beat of the rank that is to blame, or of this one.
  ///   - mayWarn: whether it is this rank that warns.
  ///   - patience: seconds after which another rank would have ended the run already.
  mutating func react(
    to finding: WatchdogFinding, _ beat: Beat, mayWarn: Bool = true, patience: Double = 0
  ) {
    guard finding != .nothing else { return }
    if settings.endAfter > 0, finding.seconds >= limit(finding, beat) + patience {
      return alarm.end(failure(finding, beat))
    }
    // A launcher is about to end a run of which a rank has died: that needs no warning.
    if case .lost = finding, settings.endAfter > 0 { return }
    guard mayWarn, settings.warnAfter > 0, finding.seconds >= settings.warnAfter else { return }
    if let warned, warned == (finding.rank, beat.collectives) { return }
    warned = (finding.rank, beat.collectives)
    let end =
      settings.endAfter > 0
      ? "; the run is ended after \(text(limit(finding, beat))) s (watchdog.end_after)" : ""
    alarm.warn("warning: \(describe(finding, beat))\(end)")
  }

  private func limit(_ finding: WatchdogFinding, _ beat: Beat) -> Double {
    switch finding {
    case .lost: WatchdogSettings.grace
    case .late(_, _, isSilent: false): settings.endAfter * beat.phase.patience
    case .late, .stalled, .nothing: settings.endAfter
    }
  }

  private func failure(_ finding: WatchdogFinding, _ beat: Beat) -> WatchdogFailure {
    WatchdogFailure(
      rank: finding.rank, host: finding.rank.map { hosts[$0] }, step: beat.step,
      phase: beat.phase,
      reason: describe(finding, beat)
        + "; ended, run it again to go on from the newest checkpoint, if there is one")
  }

  private func describe(_ finding: WatchdogFinding, _ beat: Beat) -> String {
    let place = "at step \(beat.step), \(beat.phase.text)"
    let who = finding.rank.map { "rank \($0) (\(hosts[$0]))" } ?? ""
    let seconds = text(finding.seconds)
    switch finding {
    case .nothing: return ""
    case .late(_, _, isSilent: true):
      return "\(who) has given no sign of life while others wait for it for \(seconds) s; it was "
        + "last seen \(place)"
    case .late(_, _, isSilent: false):
      return "\(who) has kept others waiting for \(seconds) s; it is \(place)"
    case .stalled:
      return "all ranks have been waiting for \(seconds) s and nothing moves: messages between "
        + "them no longer arrive; they are \(place)"
    case .lost:
      return "\(who) has ended without a word: it was killed, or its host is down; it was last "
        + "seen \(place)"
    }
  }

  private func text(_ seconds: Double) -> String { "\(Int(seconds.rounded()))" }
}
