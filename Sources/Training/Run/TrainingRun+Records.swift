import Foundation
import MessagePassing
import Report
import Reporting

/// What rank 0 leaves besides results: how the run was started and ended, and a page to look at. Where that fails there is a
/// warning; the run does not mind.
extension TrainingRun {
  /// Adds this start to `environment.json`.
  func recordStart(_ introduction: RunIntroduction) {
    guard reporter != nil else { return }
    let step = setup.checkpoint?.position.step
    let start = StartRecord(ranks: communicator.size, step: step, introduction: introduction)
    changeEnvironment { $0.begin(start.json()) }
  }

  /// Adds to it how this start ended, as far as all ranks know.
  func recordEnd(_ result: Result<ExitStatus, any Error>) {
    // A rank that outlives its start must not mark the next one.
    guard reporter != nil, !RunJournal.isTakenOver else { return }
    let end: RunEnvironment.End =
      switch result {
      case .success(.done): .done
      case .success(.stopped): .stopped
      case .failure(is NumericalError): .diverged
      default: .failed
      }
    let time = StartRecord.seconds(Date())
    var reason: String?
    if case .failure(let error) = result { reason = "\(error)" }
    changeEnvironment {
      $0.end(end, time: time, digest: end == .done ? digest : nil, reason: reason)
    }
  }

  private func changeEnvironment(_ change: (inout RunEnvironment) -> Void) {
    let path = setup.directory.environment
    var environment = RunEnvironment(path)
    change(&environment)
    do {
      try writeAtomically(Array(environment.encoded.utf8), to: path)
    } catch {
      RunJournal.warn("warning: \(error); nothing is recorded of this start")
    }
  }

  /// Writes `report.html`, when all is done: other ranks have nothing left to do but to end (or, in a sweep, to begin
  /// with the next value). Who was told to stop has little time left, and gives it two seconds. A model that diverged
  /// is looked at too; after any other error ranks may be missing, and nothing must last.
  func writeReport(_ result: Result<ExitStatus, any Error>) {
    guard let reporter, !RunJournal.isTakenOver else { return }
    let patience: Double
    switch result {
    case .success(.done): patience = 60
    case .failure(is NumericalError): patience = 10
    case .success(.stopped): patience = 2
    default: return
    }
    let (path, page) = (setup.directory.path, setup.directory.report)
    let voice = reporter.voice
    let isWritten = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      do {
        try ReportWriter(.ofThisProgram { _ in false }).write([path], to: page)
        if patience > 2 { voice("report: \(page)") }
      } catch {
        voice("warning: \(error)")
      }
      isWritten.signal()
    }
    // A disk that hangs must not keep a run that has ended.
    if isWritten.wait(timeout: .now() + patience) == .timedOut {
      voice("report.html takes long and is not written; swift-dist-train report \(path) writes it")
    }
  }
}
