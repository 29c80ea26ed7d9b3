import Datasets
import Foundation
import MessagePassing
import Reporting
import Tensors
import Timeline

/// When a run stops before its end, and what each rank's own log says of it.
extension TrainingRun {
  /// Whether this rank asks for a stop: a signal came, or (asked by rank 0 alone) too little is left of
  /// the job's time.
  /// - Parameters:
  ///   - steps: how many updates come before the next moment to stop.
  ///   - evaluates: whether an evaluation does.
  func wantsToStop(steps: Int, evaluates: Bool) -> Bool {
    if StopRequest.isPending {
      noteSignal()
      return true
    }
    guard let deadline, !isTimeUp else { return isTimeUp }
    isTimeUp = deadline.left() < deadline.needed(steps: steps, evaluates: evaluates)
    return isTimeUp
  }

  private func noteSignal() {
    guard !hasNotedSignal else { return }
    hasNotedSignal = true
    RunJournal.note("received \(StopRequest.name), at step \(position.step)")
  }

  /// Whether the update that comes next, or the one after it, ends an epoch that is evaluated.
  var isEvaluationNear: Bool {
    let every = configuration.evaluation.everyEpochs
    let isDue = every > 0 && (position.epoch + 1) % every == 0 || position.epoch + 1 == epochs
    return isDue && position.stepInEpoch + 2 >= setup.data.plan.stepsPerEpoch
  }

  /// Why the run stops, for people. Rank 0 knows.
  var reasonToStop: String {
    guard isTimeUp, let deadline else { return "stopped by a signal" }
    return String(
      format: "stopped since %.0f s are left of the job's time (%@) and stopping may take %.0f s,",
      max(deadline.left(), 0), deadline.name, deadline.needed(steps: 1, evaluates: false))
  }

  // MARK: - This rank's own log

  /// Opens the logs of all ranks. A log that cannot be written is told of once, and stops nothing.
  func openJournal() throws {
    let say = reporter?.voice
    let failure = RunJournal.open(setup.directory, rank: communicator.rank, say: say) ?? ""
    let failures = try communicator.allGather(Array(failure.utf8)).filter { !$0.isEmpty }
    if let first = failures.first {
      reporter?.say(
        "warning: \(failures.count) of \(communicator.size) ranks cannot write logs of their own: "
          + String(decoding: first, as: UTF8.self))
    }
    RunJournal.note(
      "rank \(communicator.rank) of \(communicator.size) starts on \(communicator.host), process "
        + "\(getpid()), cores \(Self.cores); OpenBLAS \(BLAS.coreType); from step \(position.step)")
  }

  /// The cores that this process may run on, such as `0-1` (proc(5), `Cpus_allowed_list`).
  private static var cores: String {
    let status = FileManager.default.contents(atPath: "/proc/self/status") ?? Data()
    let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("Cpus_allowed_list:") }
    return line.map { $0.dropFirst(18).trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  private func tellEnd(_ result: Result<ExitStatus, any Error>) {
    switch result {
    case .success(.done): reporter?.end("finished", step: position.step)
    case .success: reporter?.end("stopped", step: position.step)
    case .failure(let error): reporter?.end("failed", reason: "\(error)", step: position.step)
    }
  }

  /// The last lines of the log.
  func closeJournal(_ result: Result<ExitStatus, any Error>) {
    let times = Stopwatch.read()
    let parts = Activity.reported.map { String(format: "%.2f s \($0.name)", times[$0]) }
    RunJournal.note("\(parts.joined(separator: ", ")); at step \(position.step)")
    tellEnd(result)
    switch result {
    case .success(let status): RunJournal.note("ended with exit code \(status.rawValue)")
    case .failure(let error):
      RunJournal.note("error: \(error)")
      RunJournal.note("ends with exit code \(ExitStatus(error).rawValue)")
    }
  }
}
