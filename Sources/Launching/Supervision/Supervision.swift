import Foundation

/// What a supervisor knows and decides, apart from all that it does: a state machine without a clock,
/// processes or files.
public struct Supervision: Sendable {
  /// What follows the end of an attempt.
  public enum Decision: Sendable, Equatable {
    /// Over, with this exit code.
    case end(code: Int32, line: String)
    /// Again after so many seconds; a checkpoint that could not be loaded is set aside before.
    case restart(after: Double, setAside: String?, line: String)
  }

  /// Where the next attempt runs.
  public enum Placement: Sendable, Equatable {
    /// So many ranks on these hosts; none leaves the hosts to the launcher. The line says what is missing.
    case start(ranks: Int, hosts: [HostSlots], line: String?)
    /// Nowhere.
    case nowhere(line: String)
  }

  /// So many failures while loading the same checkpoint set it aside.
  static let loadLimit = 2

  private let policy: SupervisionPolicy
  private let ranks: Int
  private let hosts: [HostSlots]
  /// The restarts so far.
  public private(set) var restarts = 0
  private var stuck = 0
  /// The checkpoint that failed on load last, and how often.
  private var loadFailures: (name: String, count: Int)?

  /// - Parameters:
  ///   - ranks: the number of ranks that is wished for.
  ///   - hosts: the hosts they may run on; none leaves them to the launcher.
  public init(policy: SupervisionPolicy, ranks: Int, hosts: [HostSlots]) {
    (self.policy, self.ranks, self.hosts) = (policy, ranks, hosts)
  }

  /// Codes that another start would not change: done, bad input, stopped with a checkpoint, diverged.
  private static let finalCodes: Set<Int32> = [0, 2, 3, 4]

  /// What follows the end of an attempt.
  public mutating func decide(_ end: AttemptEnd) -> Decision {
    if let line = endsAll(end) { return .end(code: end.code, line: line) }
    stuck = end.madeProgress ? 0 : stuck + 1
    let failed = "the run failed: \(end.reason)"
    countLoadFailure(end)
    guard let (name, count) = loadFailures, count >= Self.loadLimit else {
      return again(end, failed, nil)
    }
    guard end.hasOtherCheckpoint else {
      return .end(
        code: end.code,
        line: "\(failed); \(name) failed on load twice and is the only checkpoint: look at it, "
          + "or train anew with --resume never")
    }
    // The one before has not failed yet.
    (loadFailures, stuck) = (nil, 0)
    return again(end, failed, name)
  }

  /// Only failures on load of the same checkpoint running count: one that has been loaded between is good.
  private mutating func countLoadFailure(_ end: AttemptEnd) {
    if loadFailures?.name != end.loading { loadFailures = nil }
    guard let name = end.loading, end.mayBlameCheckpoint else { return }
    loadFailures = (name, (loadFailures?.count ?? 0) + 1)
  }

  private func endsAll(_ end: AttemptEnd) -> String? {
    guard !end.wasStopped else { return "stopped as asked, exit code \(end.code)" }
    guard end.failure == nil, Self.finalCodes.contains(end.code) else { return nil }
    let after = restarts == 1 ? "1 restart" : "\(restarts) restarts"
    return switch end.code {
    case 0: "the run is done, after \(after)"
    case 2: "the run ended with exit code 2, bad input: another start would not change that"
    case 3: "the run was stopped after a checkpoint, exit code 3: run it again to go on"
    default: "the model diverged, exit code 4: another start would not change that"
    }
  }

  private mutating func again(_ end: AttemptEnd, _ failed: String, _ aside: String?) -> Decision {
    let newest = end.lastStep.map { "step \($0)" } ?? "no checkpoint"
    guard stuck < policy.stuckLimit else {
      return .end(
        code: end.code,
        line: "\(failed); no progress in \(stuck) failures running (newest checkpoint: \(newest)): "
          + "giving up, mend the cause and start again")
    }
    guard restarts < policy.maxRestarts else {
      let spent = policy.maxRestarts == 0 ? "" : " used up"
      return .end(
        code: end.code,
        line:
          "\(failed); --max-restarts \(policy.maxRestarts)\(spent): giving up, start again to go on"
      )
    }
    restarts += 1
    let delay = min(policy.longestDelay, policy.firstDelay * pow(2, Double(max(0, stuck - 1))))
    var line = failed
    if let aside { line += "; \(aside) failed on load twice and is set aside" }
    line += "; restart \(restarts) of \(policy.maxRestarts) in \(number(delay)) s from "
    line += aside == nil ? newest : "the checkpoint before"
    return .restart(after: delay, setAside: aside, line: line)
  }

  /// Where the next attempt runs: on the hosts that answer, with as many ranks as fit there.
  /// - Parameter answering: the names of the hosts that answer.
  public func place(answering: Set<String>) -> Placement {
    guard !hosts.isEmpty else { return .start(ranks: ranks, hosts: [], line: nil) }
    let left = hosts.filter { answering.contains($0.host) }
    let silent = hosts.filter { !answering.contains($0.host) }.map(\.host).joined(separator: ", ")
    guard !left.isEmpty else { return .nowhere(line: "no host answers (\(silent))") }
    let room = min(ranks, left.reduce(0) { $0 + $1.slots })
    guard left.count < hosts.count else { return .start(ranks: room, hosts: left, line: nil) }
    return .start(
      ranks: room, hosts: left,
      line: "no answer from \(silent) in \(number(policy.hostTimeout)) s: "
        + "going on with \(room) of \(ranks) ranks on \(left.map(\.text).joined(separator: ","))")
  }
}
