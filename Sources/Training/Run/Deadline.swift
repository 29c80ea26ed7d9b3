import Foundation
import MessagePassing
import Objectives
import Tensors

/// When the job will be ended, and how long before that a run has to stop itself: what the longest step,
/// checkpoint and evaluation took so far, in this start of the run and in those before.
struct Deadline {
  /// Unix seconds.
  let time: Double
  /// The variable that said so.
  let name: String
  /// Seconds that are left at least.
  var floor: Double { margin ?? 10 }
  private var margin: Double?
  private var guess = 1.0
  /// What was learned, in this start of the run and in those before.
  private(set) var times = LongestTimes()
  /// Where that is kept; nil before there is a run directory.
  private var path: String?

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

  /// What rank 0 reads, nil on the others. Every rank calls this together.
  /// - Throws: `RankFailure`, on all.
  static func read(_ communicator: Communicator) throws -> Deadline? {
    try together(communicator) { communicator.rank == 0 ? try Deadline() : nil }
  }

  /// Seconds that are left.
  func left(now: Double = Date().timeIntervalSince1970) -> Double { time - now }

  /// Keeps `deadline.margin`, in seconds.
  /// - Throws: `UsageError` where the whole time that an `SDT_DEADLINE` leaves is not more: each start would
  ///   make one step and stop. Slurm's variable may be stale.
  mutating func keep(margin: Double, now: Double = Date().timeIntervalSince1970) throws {
    // A sweep has asked for all its values when it began.
    guard self.margin == nil else { return }
    self.margin = margin
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
    floor + 2 * (times.checkpoint ?? guess) + Double(steps) * times.step
      + (evaluates ? times.expectedEvaluation : 0)
  }

  mutating func take(step seconds: Double) { times.step = max(times.step, seconds) }

  mutating func take(evaluation seconds: Double) {
    times.evaluation = max(times.evaluation ?? 0, seconds)
  }

  mutating func take(checkpoint seconds: Double) {
    let longest = times.checkpoint ?? 0
    times.checkpoint = max(longest, seconds)
    if seconds > longest { keep() }
  }

  /// Goes on from what earlier starts of a run have learned, and keeps there what this one learns.
  mutating func recall(from path: String, now: Double = Date().timeIntervalSince1970) {
    self.path = path
    times = LongestTimes(path: path, now: now)
  }

  /// An evaluation begins: should the job's time end before it does, that much is known.
  mutating func beginEvaluation(now: Double = Date().timeIntervalSince1970) {
    times.evaluating = (now, time)
    keep()
  }

  /// It has ended, whether it was completed or not.
  mutating func endEvaluation() {
    times.evaluating = nil
    keep()
  }

  private func keep() { path.map { times.write(to: $0) } }

  /// Before the first checkpoint: parameters, and as much again twice for an optimizer, at 50 MB/s.
  mutating func expect(_ parameters: ParameterSet) {
    guess = 1 + 3 * Double(parameters.flat.count * MemoryLayout<Float>.stride) / 50e6
  }
}
