import DataParallel
import Objectives
import Tensors

/// The sums of a phase that take effect one step late, so that their messages travel while the next batch
/// is being computed.
///
/// Two accumulators take turns by the number of the step. What is under way belongs to a place in the
/// epoch, and an epoch ends with nothing under way; so a result does not depend on where a run was stopped.
/// Source of the method: Langford, Smola and Zinkevich, "Slow learners are fast", 2009.
final class DelayedReduction {
  /// Sums that have not taken effect.
  struct Pending {
    /// The step of the epoch whose batch they are of.
    let stepInEpoch: Int
    /// The samples of that batch.
    let count: Int
    /// The accumulator they come from; nil once they have arrived and wait in `held`.
    var turn: Int?
  }

  /// The accumulators, and what sums each over the ranks.
  let turns: [(accumulator: Accumulator, reducer: any Reducer)]
  var pending: Pending?
  /// Sums that arrived before it was their turn, with their control words.
  let held: Tensor

  init(_ turns: [(accumulator: Accumulator, reducer: any Reducer)]) {
    self.turns = turns
    held = Tensor(turns[0].accumulator.length)
    for (turn, other) in zip(turns, turns.reversed()) {
      turn.accumulator.onPause = { [unowned self] in progress(other.reducer) }
    }
  }

  /// Lets the sums that are under way move; what goes wrong is met by `finish`.
  private func progress(_ reducer: any Reducer) {
    guard let turn = pending?.turn, turns[turn].reducer === reducer else { return }
    do { try reducer.progress() } catch { failure = error }
  }
  private var failure: (any Error)?

  /// Hands what is pending over, piece by piece.
  func finish(_ body: (Range<Int>, UnsafePointer<Float>) -> Void) throws {
    if let failure { throw failure }
    guard let pending else { return }
    if let turn = pending.turn {
      try turns[turn].reducer.finish(body)
    } else {
      body(0..<held.count, held.pointer)
    }
    self.pending = nil
  }

  /// Waits for what is under way and keeps it for its time.
  func hold() throws {
    guard var waiting = pending, waiting.turn != nil else { return }
    let held = held
    try finish { range, sums in
      (held.pointer + range.lowerBound).update(from: sums, count: range.count)
    }
    waiting.turn = nil
    pending = waiting
  }

  /// Puts back sums that a checkpoint held, [sums of the phase].
  func restore(_ sums: [Float], stepInEpoch: Int, count: Int) {
    for i in 0..<held.count { held.pointer[i] = i < sums.count ? sums[i] : 0 }
    pending = Pending(stepInEpoch: stepInEpoch, count: count, turn: nil)
  }
}
