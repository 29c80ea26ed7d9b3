import CKernels
import Tensors

/// f(x Wᵀ + b): a product, then bias and activation in one pass over its result, in place.
private struct Dense: Operation {
  let activation: Activation

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let result = frame[output]
    multiply(frame[inputs[0]], .none, frame[inputs[1]], .transposed, into: result)
    let bias = inputs.count > 2 ? frame[inputs[2]].pointer : nil
    guard bias != nil || activation != .none else { return }
    let (kind, slope) = activation.kernel
    let (rows, width) = (result.shape[0], result.shape[1])
    sdt_bias_activate(result.pointer, result.pointer, bias, rows, width, 1, kind, slope)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let g = activation.pullback(output, cotangent)
    let gradients = [
      g.product(.none, inputs[1], .none), g.product(.transposed, inputs[0], .none),
    ]
    return inputs.count > 2
      ? gradients + [g.sum(to: [1, g.shape[1]]).reshaped([g.shape[1]])] : gradients
  }
}

extension Variable {
  /// f(x Wᵀ + b) of a layer: x [rows, in], W [out, in], b [out]. PyTorch's layout.
  public func dense(
    _ weights: Variable, _ bias: Variable?, _ activation: Activation = .none
  ) -> Variable {
    precondition(
      shape.count == 2 && weights.shape.count == 2 && shape[1] == weights.shape[1]
        && bias.map { $0.count == weights.shape[0] } ?? true,
      "weights \(weights.shape) and bias \(bias?.shape ?? []) fit \(shape)")
    let inputs = [self, weights] + (bias.map { [$0] } ?? [])
    return tape.record(
      Dense(activation: activation), inputs, shape: [shape[0], weights.shape[0]])
  }
}
