import Foundation
import Reporting

/// How long a run's updates, checkpoints and evaluations took at most, in seconds: `times.json` in the run
/// directory, so that the next start of the run knows it too. Rank 0 alone uses it.
struct LongestTimes: Equatable {
  var step = 0.0
  var checkpoint: Double?
  var evaluation: Double?
  /// What an evaluation took at least which was still under way when the job's time was over.
  var evaluationCutShort: Double?
  /// When the evaluation under way began, and when the job's time is over: unix seconds.
  var evaluating: (since: Double, deadline: Double)?

  /// What an evaluation takes: as measured, or else more than the one that was cut short.
  var expectedEvaluation: Double { evaluation ?? evaluationCutShort ?? 0 }

  init() {}

  /// What an earlier start of the run has left; nothing where there is no such file, or it cannot be read.
  /// - Parameter now: unix seconds.
  init(path: String, now: Double = Date().timeIntervalSince1970) {
    guard let bytes = FileManager.default.contents(atPath: path),
      let json = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    else { return }
    func seconds(_ name: String) -> Double? {
      json[name]?.doubleValue.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    step = seconds("step") ?? 0
    (checkpoint, evaluation) = (seconds("checkpoint"), seconds("evaluation"))
    evaluationCutShort = seconds("evaluation_cut_short")
    // Before that time it ended for another reason, and nobody knows when.
    if let since = seconds("evaluating_since"), let end = seconds("deadline"), end <= now {
      evaluationCutShort = max(evaluationCutShort ?? 0, end - since)
    }
  }

  /// Writes the file. It is an estimate: a full disk, or a file that a power cut spoils, does no harm.
  func write(to path: String) {
    let values: [(String, Double?)] = [
      ("step", step), ("checkpoint", checkpoint), ("evaluation", evaluation),
      ("evaluation_cut_short", evaluationCutShort), ("evaluating_since", evaluating?.since),
      ("deadline", evaluating?.deadline),
    ]
    let object = JSONObject(values.compactMap { name, value in value.map { (name, .double($0)) } })
    let text = JSONValue.object(object).encoded() + "\n"
    try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  static func == (a: LongestTimes, b: LongestTimes) -> Bool {
    (a.step, a.checkpoint, a.evaluation, a.evaluationCutShort)
      == (b.step, b.checkpoint, b.evaluation, b.evaluationCutShort)
      && a.evaluating?.since == b.evaluating?.since
      && a.evaluating?.deadline == b.evaluating?.deadline
  }
}
