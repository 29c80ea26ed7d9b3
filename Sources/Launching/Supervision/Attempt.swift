import Foundation

/// One start of the launcher, watched until it has ended.
struct Attempt {
  /// How long the launcher may take to end after SIGTERM, in seconds. Open MPI's gives its ranks a second
  /// twice.
  private static let patience = 5.0

  private let child: ChildProcess
  private let files: RunFiles
  private let policy: SupervisionPolicy
  private let log: SupervisorLog
  private var firstStep: Int?
  private var failedAt: Double?
  private var stops = 0

  /// Starts it.
  init(
    _ words: [String], variables: [String: String], files: RunFiles, policy: SupervisionPolicy,
    log: SupervisorLog
  ) throws {
    (self.files, self.policy, self.log) = (files, policy, log)
    files.forgetFailure()
    firstStep = files.newestStep
    child = try ChildProcess(words, variables: variables)
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

  /// The run removes the checkpoints after the one that it goes on from: the lowest newest step that was
  /// seen is its start.
  private mutating func look() {
    log.flush()
    if let newest = files.newestStep {
      firstStep = firstStep.map { min($0, newest) }
    } else {
      firstStep = nil
    }
    if failedAt == nil, let failure = files.failure {
      failedAt = Clock.now
      log.write("the ranks end the run: \(failure.line)")
    }
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
    let loading = files.loading
    return AttemptEnd(
      launcher: launcher, failure: files.failure, wasStopped: stops > 0, firstStep: firstStep,
      lastStep: files.newestStep, loading: loading,
      hasOtherCheckpoint: loading.map(files.hasCheckpoint(besides:)) ?? true)
  }
}
