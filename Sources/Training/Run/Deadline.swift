import Foundation
import Objectives
import Tensors

/// When the job will be ended, and how long before that a run has to stop itself: what the longest step,
/// checkpoint and evaluation took so far.
struct Deadline {
  /// Unix seconds.
  let time: Double
  /// The variable that said so.
  let name: String
  /// Seconds that are left at least.
  private(set) var floor = 10.0
  private var longestStep = 0.0
  private var longestEvaluation = 0.0
  private var longestCheckpoint: Double?
  private var guess = 1.0

  /// `SDT_DEADLINE`, else `SLURM_JOB_END_TIME`: unix seconds. Nil where neither is there, or Slurm's is
  /// in the past: then the job was given more time after its start.
  /// - Throws: `UsageError` for an `SDT_DEADLINE` that is no time, or in the past.
  init?(
    _ environment: [String: String] = ProcessInfo.processInfo.environment,
    now: Double = Date().timeIntervalSince1970
  ) throws {
    if let text = environment["SDT_DEADLINE"], !text.isEmpty {
      guard let time = Double(text), time.isFinite else {
        throw UsageError("SDT_DEADLINE is '\(text)' but must be unix seconds, as date +%s gives")
      }
      guard time > now else {
        throw UsageError(
          "SDT_DEADLINE is \(Int(now - time)) s in the past; set it to the end of the job, or unset it"
        )
      }
      (self.time, name) = (time, "SDT_DEADLINE")
    } else {
      let slurm = environment["SLURM_JOB_END_TIME"].flatMap(Double.init)
      guard let slurm, slurm > now else { return nil }
      (time, name) = (slurm, "SLURM_JOB_END_TIME")
    }
  }

  /// Seconds that are left.
  func left(now: Double = Date().timeIntervalSince1970) -> Double { time - now }

  /// Keeps `deadline.margin`, in seconds.
  /// - Throws: `UsageError` where the whole time that an `SDT_DEADLINE` leaves is not more: each start would
  ///   make one step and stop. Slurm's variable may be stale.
  mutating func keep(margin: Double, now: Double = Date().timeIntervalSince1970) throws {
    floor = margin
    guard name == "SDT_DEADLINE", left(now: now) <= margin else { return }
    throw UsageError(
      "deadline.margin is \(margin) s, but only \(Int(left(now: now))) s are left until SDT_DEADLINE: "
        + "nothing could be trained; give the job more time, or a smaller margin")
  }

  /// Seconds that a run needs to stop in order.
  /// - Parameters:
  ///   - steps: how many come before it can.
  ///   - evaluates: whether an evaluation does.
  func needed(steps: Int, evaluates: Bool) -> Double {
    floor + 2 * (longestCheckpoint ?? guess) + Double(steps) * longestStep
      + (evaluates ? longestEvaluation : 0)
  }

  mutating func take(step seconds: Double) { longestStep = max(longestStep, seconds) }

  mutating func take(evaluation seconds: Double) {
    longestEvaluation = max(longestEvaluation, seconds)
  }

  mutating func take(checkpoint seconds: Double) {
    longestCheckpoint = max(longestCheckpoint ?? 0, seconds)
  }

  /// Before the first checkpoint: parameters, and as much again twice for an optimizer, at 50 MB/s.
  mutating func expect(_ parameters: ParameterSet) {
    guess = 1 + 3 * Double(parameters.flat.count * MemoryLayout<Float>.stride) / 50e6
  }
}
