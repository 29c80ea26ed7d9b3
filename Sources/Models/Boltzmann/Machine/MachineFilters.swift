import Objectives
import Tensors

extension RestrictedBoltzmannMachine {
  /// The weights of the first hidden units.
  public var filters: Picture {
    .filters(weights, title: "Weights of the hidden units")
  }
}
