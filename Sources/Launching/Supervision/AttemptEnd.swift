/// How a process ended.
public enum ProcessEnd: Sendable, Equatable {
  /// By itself, with a code.
  case exited(Int32)
  /// By a signal.
  case signalled(Int32)

  /// As shells tell it: 128 more than a signal.
  public var code: Int32 {
    switch self {
    case .exited(let code): code
    case .signalled(let number): 128 + number
    }
  }
}

/// All that a decision about a restart rests on: how one start of the launcher ended.
public struct AttemptEnd: Sendable, Equatable {
  /// How the launcher ended, by itself or killed by the supervisor.
  public var launcher: ProcessEnd
  /// What the ranks wrote of their failure.
  public var failure: FailureRecord?
  /// Whether somebody asked for the stop.
  public var wasStopped: Bool
  /// The step of the checkpoint that the attempt went on from; nil for none.
  public var firstStep: Int?
  /// The step of the newest checkpoint when it ended; nil for none.
  public var lastStep: Int?
  /// The name of the checkpoint that was being loaded when it ended; nil when loading was over.
  public var loading: String?
  /// Whether there is a checkpoint besides the one that was being loaded.
  public var hasOtherCheckpoint: Bool
  /// Whether a host of the attempt did not answer after it.
  public var lostHost: Bool

  /// An end.
  public init(
    launcher: ProcessEnd, failure: FailureRecord? = nil, wasStopped: Bool = false,
    firstStep: Int? = nil, lastStep: Int? = nil, loading: String? = nil,
    hasOtherCheckpoint: Bool = true, lostHost: Bool = false
  ) {
    (self.launcher, self.failure, self.wasStopped) = (launcher, failure, wasStopped)
    (self.firstStep, self.lastStep, self.loading) = (firstStep, lastStep, loading)
    (self.hasOtherCheckpoint, self.lostHost) = (hasOtherCheckpoint, lostHost)
  }

  /// The run's own exit code: 5 when the ranks wrote that they failed, whatever the launcher made of it, and for
  /// codes that are not the program's: those of signals, and those of launchers that lost a host.
  public var code: Int32 {
    failure == nil && (0...5).contains(launcher.code) ? launcher.code : 5
  }

  /// Whether a checkpoint was written that is newer than the one at the start.
  public var madeProgress: Bool { (lastStep ?? -1) > (firstStep ?? -1) }

  /// Whether the checkpoint that was being loaded may be what ended it. It is not where something else is named:
  /// a rank or host by the watchdog, a host that is gone, or the launcher, by a signal of its own or a code above
  /// those of ranks and their signals (Open MPI's 205 for a lost host).
  public var mayBlameCheckpoint: Bool {
    guard loading != nil, failure?.rank == nil, failure?.host == nil, !lostHost else {
      return false
    }
    guard case .exited(let code) = launcher else { return failure != nil }
    return failure != nil || code <= 192
  }

  /// What ended it, in one line.
  public var reason: String {
    if let failure { return failure.line }
    return switch launcher {
    case .exited(let code) where (129...192).contains(code):
      "a rank or the launcher was ended by signal \(code - 128)"
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): "the launcher was ended by signal \(number)"
    }
  }
}
