import CKernels
import Tensors

/// f(x Wᵀ + b): a product, then bias and activation in one pass over its result, in place.
private struct Dense: Operation {
  let activation: Activation
  let size: ProductSize

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let result = frame[output].pointer
    multiply(
      size, frame[inputs[0]].pointer, .none, frame[inputs[1]].pointer, .transposed, into: result)
    let bias = inputs.count > 2 ? frame[inputs[2]].pointer : nil
    guard bias != nil || activation != .none else { return }
    let (kind, slope) = activation.kernel
    sdt_bias_activate(result, result, bias, size.rows, size.columns, 1, kind, slope)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let g = activation.pullback(output, cotangent)
    let (x, weights) = (inputs[0], inputs[1])
    let ofSamples = ProductSize(rows: size.rows, columns: size.inner, inner: size.columns)
    let ofWeights = ProductSize(rows: size.columns, columns: size.inner, inner: size.rows)
    let gradients = [
      g.product(ofSamples, .none, weights, .none, shape: x.shape),
      g.product(ofWeights, .transposed, x, .none, shape: weights.shape),
    ]
    return inputs.count > 2 ? gradients + [g.sum(to: inputs[2].shape)] : gradients
  }
}

extension Variable {
  /// f(x Wᵀ + b) of a layer: x [rows, in], W [out, in], b [out]. PyTorch's layout.
  ///
  /// All axes but the last are rows: x may be [steps, rows, in] and gives [steps, rows, out].
  public func dense(
    _ weights: Variable, _ bias: Variable?, _ activation: Activation = .none
  ) -> Variable {
    let (inputs, outputs) = (shape[shape.count - 1], weights.shape[0])
    precondition(
      shape.count >= 2 && weights.shape == [outputs, inputs]
        && bias.map { $0.shape == [outputs] } ?? true,
      "weights \(weights.shape) and bias \(bias?.shape ?? []) fit \(shape)")
    let size = ProductSize(
      rows: shape.product(before: shape.count - 1), columns: outputs, inner: inputs)
    return tape.record(
      Dense(activation: activation, size: size), [self, weights] + (bias.map { [$0] } ?? []),
      shape: shape.dropLast() + [outputs])
  }
}
