import DataParallel
import MessagePassing
import Objectives
import Tensors
import Timeline

/// Updates that take effect one step late (`training.delay: 1`).
extension StageTrainer {
  /// The sums of this step's batch set out; those of the batch before take effect. The last step of an
  /// epoch leaves nothing under way.
  func delayedStep(
    _ delayed: DelayedReduction, _ stepInEpoch: Int, step: Int, stopRequested: Bool
  ) throws -> Agreement {
    let turn = step % 2
    let (accumulator, reducer) = delayed.turns[turn]
    // What came in with the last sums of the step before can be sent on now, to travel meanwhile.
    accumulator.pause()
    try accumulate(0, into: accumulator, reducer, stopRequested: stopRequested)
    if turn > 0 { delayed.turns[0].accumulator.takeMetrics(of: accumulator) }
    var agreement = Agreement()
    try applyPending(delayed, &agreement)
    delayed.pending = .init(stepInEpoch: stepInEpoch, count: samplesOfBatch, turn: turn)
    if stepInEpoch == batchesPerEpoch - 1 {
      beginWatching()
      try applyPending(delayed, &agreement)
    }
    return agreement
  }

  private func applyPending(_ delayed: DelayedReduction, _ agreement: inout Agreement) throws {
    guard let pending = delayed.pending else { return }
    beginUpdate(pending.stepInEpoch)
    Pulse.phase = .reduce
    let (destination, optimizer) = (destinations[0], optimizers[0])
    let end = delayed.turns[0].accumulator.sums.count
    var met = Agreement()
    try Activity.reduce.during("reduce") {
      try Pulse.waiting {
        try delayed.finish { range, sums in
          Activity.update.during("update") {
            destination.take(range, sums, count: pending.count, optimizer: optimizer)
          }
          met.read(range, sums, end: end)
        }
      }
    }
    agreement.add(met)
    Activity.update.during("update") {
      destination.finish(stage.objective, phase: 0, count: pending.count, optimizer: optimizer)
    }
  }

  /// The name in checkpoints of sums that have not taken effect.
  static let delayedSums = "delayed_sums"

  /// The sums that have not taken effect, [sums of the phase]; nil when there are none. Every rank calls
  /// this.
  func heldSums() throws -> Tensor? {
    guard let delayed else { return nil }
    try Pulse.waiting { try delayed.hold() }
    guard delayed.pending != nil else { return nil }
    return delayed.held.view(offset: 0, shape: [delayed.turns[0].accumulator.sums.count])
  }

  /// Puts back what `heldSums` gave, in the middle of an epoch.
  /// - Parameter stepInEpoch: the steps that the epoch has behind it.
  func restoreHeldSums(_ sums: [Float], stepInEpoch: Int) {
    delayed?.restore(
      sums, stepInEpoch: stepInEpoch - 1, count: samples(ofStep: stepInEpoch - 1))
  }
}
