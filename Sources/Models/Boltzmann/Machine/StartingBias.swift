import Foundation
import Tensors

extension UnitLayer {
  /// The means of units, [count], of means of samples, [sample width]; the units of a label are alike.
  public func inputsOfMeans(_ means: Tensor) -> Tensor {
    let u = Tensor(1, count)
    inputs(means.view(offset: 0, shape: [1, sampleWidth]), labels: nil, into: u)
    for place in sampleWidth..<count { u.pointer[place] = 1 / Float(kind.classes) }
    return u.view(offset: 0, shape: [count])
  }
}

extension RestrictedBoltzmannMachine {
  /// How near to 0 and 1 a mean may be where biases start: a unit that was never on can still be.
  private static let margin = 0.001

  /// Sets the visible biases to what gives units these means when all weights are 0: log-odds, or the
  /// means themselves of Gaussian units. Source: Hinton, "A practical guide to training restricted
  /// Boltzmann machines", 2010, section 8.
  /// - Parameter means: of the units as the machine computes with them, [visible].
  public func startVisibleBias(at means: Tensor) {
    if visibleLayer.kind.isGaussian {
      return visibleLayer.outputs(
        means.view(offset: 0, shape: [1, visible]),
        into: visibleBias.view(offset: 0, shape: [1, visible]))
    }
    for i in 0..<visible {
      let mean = min(max(Double(means.pointer[i]), Self.margin), 1 - Self.margin)
      let isLabel = i >= visibleLayer.sampleWidth
      visibleBias.pointer[i] = isLabel ? 0 : Float(log(mean / (1 - mean)))
    }
  }
}
