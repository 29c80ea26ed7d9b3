import Objectives
import Tensors

extension RestrictedBoltzmannMachine {
  /// The weights of the first hidden units.
  public var filters: Picture {
    Picture(
      name: "filters", title: "Weights of the hidden units",
      rows: [weights.rows(0..<min(hidden, 100))], values: .signed)
  }
}
