import CKernels
import Tensors

extension RestrictedBoltzmannMachine {
  /// Σ F(u) over rows, in Float64, in nats: F(u) = −(what the visible units add to −E) − (the logarithm of
  /// the sum over h), with which log p(u) = −F(u) − log Z.
  /// - Parameters:
  ///   - u: what the machine computes with, [rows, visible].
  ///   - activations: written: b + Wu, [rows, hidden].
  func freeEnergy(_ u: Tensor, activations: Tensor) -> Double {
    hiddenFields(u, nil, into: activations)
    let bias = visibleLayer.unitBias().pointer
    return (0..<u.shape[0]).reduce(0) { sum, row in
      let activation = activations.pointer + row * hidden
      sdt_add(activation, hiddenBias.pointer, hidden)
      return sum - visibleLayer.ownTerm(u.pointer + row * visible, unitBias: bias)
        - hiddenLayer.marginalTerm(activation)
    }
  }
}
