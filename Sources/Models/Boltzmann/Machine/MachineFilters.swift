import Objectives
import Tensors

extension RestrictedBoltzmannMachine {
  /// The machine as it is now, with parameters of its own.
  public var copy: RestrictedBoltzmannMachine {
    let copy = RestrictedBoltzmannMachine(
      visible: visible, hidden: hidden, visibleUnits: visibleLayer.kind,
      hiddenUnits: hiddenLayer.kind)
    copy.parameters.flat.assign(parameters.flat)
    return copy
  }

  /// The weights of the first hidden units.
  public var filters: Picture {
    .filters(weights, title: "Weights of the hidden units")
  }
}
