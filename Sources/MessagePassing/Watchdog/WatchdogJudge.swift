/// How long a rank may keep the others waiting.
public struct WatchdogSettings: Sendable, Equatable {
  /// Seconds until a warning; 0 never warns.
  public var warnAfter: Double
  /// Seconds until the run is ended; 0 never ends it.
  public var endAfter: Double

  /// Settings, in seconds.
  public init(warnAfter: Double, endAfter: Double) {
    (self.warnAfter, self.endAfter) = (warnAfter, endAfter)
  }

  /// Whether there is nothing to watch for.
  public var isOff: Bool { warnAfter <= 0 && endAfter <= 0 }

  /// Seconds without a beat after which a rank counts as silent: three beats at least.
  var silence: Double {
    let first = [warnAfter, endAfter].filter { $0 > 0 }.min() ?? 0
    return min(max(1.5, first / 2), 5)
  }

  /// Seconds in which a launcher may end a run itself, when a rank has died.
  static let grace = 5.0
}

/// What a rank knows of another.
struct WatchedRank: Sendable {
  /// How the rank can be heard.
  enum Link: Equatable, Sendable {
    /// Not yet, or not at all.
    case none
    case open
    /// It ended in peace.
    case left
    /// The connection ended without a goodbye, at so many seconds.
    case lost(Double)
  }

  var link = Link.none
  var beat: Beat
  /// When it was last heard, in seconds of an `AwakeClock`.
  var heard = 0.0
  /// When it has left a phase that may be long: what others waited before is not counted.
  var excused = 0.0

  /// Takes what the rank says of itself.
  mutating func hear(_ beat: Beat, at now: Double) {
    if beat.phase != self.beat.phase, self.beat.phase.patience > 1 { excused = now }
    (self.beat, heard) = (beat, now)
  }

  func isSilent(_ settings: WatchdogSettings, _ now: Double) -> Bool {
    now - heard >= settings.silence
  }
}

/// What is wrong with a run, if anything is.
enum WatchdogFinding: Equatable, Sendable {
  case nothing
  /// A rank keeps others waiting: for so many seconds, and whether it gives no sign of life.
  case late(rank: Int, seconds: Double, isSilent: Bool)
  /// All wait, and nothing moves.
  case stalled(seconds: Double)
  /// A rank has ended without a goodbye.
  case lost(rank: Int, seconds: Double)

  var seconds: Double {
    switch self {
    case .nothing: 0
    case .late(_, let seconds, _), .stalled(let seconds), .lost(_, let seconds): seconds
    }
  }

  /// The rank that is to blame, if one is.
  var rank: Int? {
    switch self {
    case .nothing, .stalled: nil
    case .late(let rank, _, _), .lost(let rank, _): rank
    }
  }
}

/// Finds the rank that others wait for.
struct WatchdogJudge {
  let settings: WatchdogSettings

  /// - Parameters:
  ///   - ranks: what is known of all ranks.
  ///   - now: seconds of an `AwakeClock`.
  func judge(_ ranks: [WatchedRank], now: Double) -> WatchdogFinding {
    for (rank, state) in ranks.enumerated() {
      if case .lost(let time) = state.link { return .lost(rank: rank, seconds: now - time) }
    }
    let open = ranks.indices.filter { ranks[$0].link == .open }
    let silent = Set(open.filter { ranks[$0].isSilent(settings, now) })
    let waiting = open.filter { !silent.contains($0) && ranks[$0].beat.waited != nil }
    guard let longest = waiting.map({ ranks[$0].beat.waited! }).max() else { return .nothing }
    // Who waits at a call that a rank has not come to waits for it. Of a silent rank nobody knows.
    let late = open.filter { rank in
      silent.contains(rank)
        || ranks[rank].beat.waited == nil
          && waiting.contains { ranks[$0].beat.collectives > ranks[rank].beat.collectives }
    }
    guard !late.isEmpty else { return stalled(ranks, waiting) }
    let blamed = late.filter { silent.contains($0) || !ranks[$0].beat.phase.mayBeLong }
    // Who may take its time must not hide another one.
    let order = { (rank: Int) in
      let isPatient = !silent.contains(rank) && ranks[rank].beat.phase.patience > 1
      return (isPatient ? 1 : 0, ranks[rank].beat.collectives, silent.contains(rank) ? 0 : 1)
    }
    guard let worst = blamed.min(by: { order($0) < order($1) }) else { return .nothing }
    return blame(worst, ranks, silent.contains(worst) ? nil : waiting, longest, now)
  }

  /// A rank may have been well, and excused, for most of the time that others have waited.
  /// - Parameter waiting: those who wait for it; nil where it is silent, and nobody knows.
  private func blame(
    _ rank: Int, _ ranks: [WatchedRank], _ waiting: [Int]?, _ longest: Double, _ now: Double
  ) -> WatchdogFinding {
    guard let waiting else {
      return .late(rank: rank, seconds: min(longest, now - ranks[rank].heard), isSilent: true)
    }
    let ahead = waiting.filter { ranks[$0].beat.collectives > ranks[rank].beat.collectives }
    let waited = ahead.map { ranks[$0].beat.waited! }.max() ?? 0
    return .late(rank: rank, seconds: min(waited, now - ranks[rank].excused), isSilent: false)
  }

  /// Nobody is late; if every rank can be heard and waits, what they wait for does not come.
  private func stalled(_ ranks: [WatchedRank], _ waiting: [Int]) -> WatchdogFinding {
    guard waiting.count == ranks.count else { return .nothing }
    return .stalled(seconds: waiting.map { ranks[$0].beat.waited! }.min() ?? 0)
  }
}
