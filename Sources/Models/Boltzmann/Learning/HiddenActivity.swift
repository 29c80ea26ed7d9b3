import Objectives
import Tensors

/// Running averages of the hidden units' mean activations, and the pull towards a target that they make.
///
/// The gradient of a unit's field gets cost · (average − target), for every sample: so its bias and its
/// weights are moved, those of inputs that are on. The average is the one before the step.
/// Source: Hinton, "A practical guide to training restricted Boltzmann machines", 2010, section 11; after Lee,
/// Ekanadham and Ng, "Sparse deep belief net model for visual area V2", 2008.
final class HiddenActivity {
  /// cost · (average − target), [hidden].
  let pull: Tensor
  private let average: Tensor
  private let options: SparsityTarget

  /// An average that starts at the target.
  init(_ options: SparsityTarget, hidden: Int) {
    self.options = options
    (pull, average) = (Tensor(hidden), Tensor(hidden))
    average.fill(options.target)
  }

  var state: [ReplicatedState] { [ReplicatedState("sparsity/activity", average)] }

  /// Makes the pull of the average as it is now.
  func prepare() {
    for j in 0..<pull.count {
      pull.pointer[j] = options.cost * (average.pointer[j] - options.target)
    }
  }

  /// Takes the sums of h over a batch.
  func move(_ sums: Tensor, count: Int) {
    for j in 0..<average.count {
      let mean = sums.pointer[j] / Float(count)
      average.pointer[j] = options.decay * average.pointer[j] + (1 - options.decay) * mean
    }
  }
}
