import Objectives
import Optimizers
import Tensors

/// Averages of the parameters, where the optimizers keep them: what a stage is judged by, and what it
/// leaves behind.
extension StageTrainer {
  /// The optimizers, each once.
  var distinctOptimizers: [any Optimizer] {
    var seen: [any Optimizer] = []
    for optimizer in optimizers where !seen.contains(where: { $0 === optimizer }) {
      seen.append(optimizer)
    }
    return seen
  }

  /// What checkpoints keep of optimizers, by name.
  var optimizerState: [(name: String, values: Tensor)] {
    distinctOptimizers.flatMap(\.stateByParameter) + (fullBatch?.state ?? [])
  }

  /// Does something with the averages in the parameters' place, and then puts the parameters back.
  func withAverages<T>(_ body: () throws -> T) rethrows -> T {
    exchangeAverages()
    defer { exchangeAverages() }
    return try body()
  }

  /// Leaves the averages in the parameters' place: the end of a stage that others build on.
  func adoptAverages() {
    for (slice, average) in distinctOptimizers.flatMap(\.averages) {
      stage.objective.parameters[slice.name].assign(average)
    }
  }

  private func exchangeAverages() {
    for (slice, average) in distinctOptimizers.flatMap(\.averages) {
      let parameter = stage.objective.parameters[slice.name]
      for i in 0..<average.count {
        swap(&parameter.pointer[i], &average.pointer[i])
      }
    }
  }
}
