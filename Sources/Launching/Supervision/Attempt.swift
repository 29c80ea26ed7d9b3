import Foundation

/// One start of the launcher, watched until it has ended.
struct Attempt {
  /// How long the launcher may take to end after SIGTERM, in seconds. Open MPI's gives its ranks a second
  /// twice.
  private static let patience = 5.0

  private let child: ChildProcess
  private let mark: String
  private let files: RunFiles
  private let policy: SupervisionPolicy
  private let log: SupervisorLog
  private var failure: FailureRecord?
  private var failedAt: Double?
  private var stops = 0

  /// Starts it.
  /// - Parameter mark: what its processes carry in their environment and its files say.
  init(
    _ words: [String], variables: [String: String], mark: String, files: RunFiles,
    policy: SupervisionPolicy, log: SupervisorLog
  ) throws {
    (self.mark, self.files, self.policy, self.log) = (mark, files, policy, log)
    files.forgetAttempt()
    child = try ChildProcess(words, variables: variables.merging([Leftovers.variable: mark]) { $1 })
  }

  /// Passes signals on, and waits for the end. A launcher that hangs although a rank has written that the run
  /// failed, as Open MPI's does that has lost a host, is ended.
  mutating func watch(_ inbox: SignalInbox) -> AttemptEnd {
    while child.poll() == nil {
      if let number = inbox.wait(seconds: 0.1) { pass(number) }
      look()
      if let failedAt, Clock.now > failedAt + policy.grace {
        log.write(
          "the launcher has not ended \(number(policy.grace)) s after the failure: it is killed")
        return end(child.terminate(patience: Self.patience))
      }
    }
    return end(child.poll()!)
  }

  private mutating func look() {
    log.flush()
    guard failure == nil, let found = files.failure(of: mark) else { return }
    (failure, failedAt) = (found, Clock.now)
    log.write("the ranks end the run: \(found.line)")
  }

  /// Launchers kill their ranks soon after SIGTERM and SIGINT, and pass SIGUSR1 on: it stops the run with a
  /// checkpoint as those would. Who asks again wants the end at once.
  private mutating func pass(_ number: Int32) {
    stops += 1
    let passed = stops == 1 ? SIGUSR1 : number
    log.write("signal \(number) came: signal \(passed) goes to the launcher; no restart after that")
    child.signal(passed)
  }

  private func end(_ launcher: ProcessEnd) -> AttemptEnd {
    let steps = checkpoints()
    let (last, loading) = (steps.values.max(), files.loading(among: steps))
    // A run that has not come to its start has made no progress.
    let start = files.start(of: mark) ?? StartRecord(step: last)
    return AttemptEnd(
      launcher: launcher, failure: failure ?? files.failure(of: mark), wasStopped: stops > 0,
      firstStep: start.step, lastStep: last, loading: loading,
      hasOtherCheckpoint: steps.contains { $0.key != loading })
  }

  /// Where they cannot be seen, no progress can: that must not restart a run for ever.
  private func checkpoints() -> [String: Int] {
    do { return try files.steps() } catch {
      log.write("\(error); no progress is seen")
      return [:]
    }
  }
}
