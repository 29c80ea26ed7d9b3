/// What a run leaves in the file `stopped` of its directory before it ends with exit code 3: one word, for
/// the script that started it.
///
/// An exit code alone does not tell a script enough. A stop at the end of the job's time may be answered by
/// a requeue so many times only, one by a signal (a preemption) always; and launchers that kill ranks
/// while they are ending (`srun --kill-on-bad-exit`) give another code.
enum StopMark: String, Sendable {
  /// A signal came.
  case signal
  /// Too little was left of the job's time.
  case time

  /// - Parameter isTimeUp: whether the clock said so, and no signal.
  init(isTimeUp: Bool) { self = isTimeUp ? .time : .signal }

  /// Writes it. Where that fails (a full disk), nothing is said: the exit code has to do.
  func write(to path: String) { try? writeAtomically(Array((rawValue + "\n").utf8), to: path) }
}
