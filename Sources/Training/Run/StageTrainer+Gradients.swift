import MessagePassing
import Objectives
import Reporting
import Tensors

/// Histograms of the gradients of single steps.
extension StageTrainer {
  /// Switches the watches on where the step's gradients are wanted.
  func beginWatching() {
    guard watchesGradients else { return }
    for watch in watches { watch.begin() }
  }

  /// The histograms of the gradients that have been watched, at rank 0. Every rank calls this, after a step
  /// that was watched. Of several phases the names begin with theirs.
  func takeGradients(_ communicator: Communicator) throws
    -> [(name: String, histogram: Histogram)]
  {
    watchesGradients = false
    let phases = stage.objective.phases
    return try zip(phases, watches).flatMap { phase, watch in
      let found = try watch.take()?.collected(communicator) ?? []
      return phases.count == 1 ? found : found.map { ("\(phase.name)/\($0.name)", $0.histogram) }
    }
  }
}
