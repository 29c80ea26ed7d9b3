import Tensors

/// The three products of a convolution, each the gradient of the others: with ⟨y, x ∗ w⟩ a number that
/// is linear in x, w and y, each operation gives the derivative with respect to one of them.
private struct Convolution: Operation {
  enum Kind {
    /// (x, w) → y.
    case forward
    /// (y, w) → x, the transposed convolution.
    case transposed
    /// (x, y) → w.
    case weights
  }

  let kind: Kind
  let plan: ConvolutionPlan

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, b, result) = (frame[inputs[0]], frame[inputs[1]], frame[output])
    switch kind {
    case .forward: plan.convolve(a, b, into: result, nil, .none)
    case .transposed: plan.convolveTransposed(a, b, into: result)
    case .weights: plan.correlate(a, b, into: result)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent g: Variable) -> [Variable?] {
    let (a, b) = (inputs[0], inputs[1])
    switch kind {
    case .forward: return [plan.record(.transposed, g, b), plan.record(.weights, a, g)]
    case .transposed: return [plan.record(.forward, g, b), plan.record(.weights, g, a)]
    case .weights: return [plan.record(.transposed, b, g), plan.record(.forward, a, g)]
    }
  }
}

extension ConvolutionPlan {
  fileprivate func record(_ kind: Convolution.Kind, _ a: Variable, _ b: Variable) -> Variable {
    let shape =
      switch kind {
      case .forward: y
      case .transposed: x
      case .weights: w
      }
    return a.tape.record(Convolution(kind: kind, plan: self), [a, b], shape: shape)
  }
}

/// f(x ∗ w + b): bias and activation follow the product while it is in the cache.
private struct ActivatedConvolution: Operation {
  let activation: Activation
  let plan: ConvolutionPlan

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let bias = inputs.count > 2 ? frame[inputs[2]] : nil
    plan.convolve(frame[inputs[0]], frame[inputs[1]], into: frame[output], bias, activation)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let g = activation.pullback(output, cotangent)
    let gradients = [plan.record(.transposed, g, inputs[1]), plan.record(.weights, inputs[0], g)]
    guard inputs.count > 2 else { return gradients }
    return gradients + [g.sum(to: [1, plan.y[1], 1, 1]).reshaped([plan.y[1]])]
  }
}

extension Variable {
  /// f(x ∗ w + b): x [samples, channels, height, width], w [filters, channels, height, width],
  /// b [filters]. As PyTorch's Conv2d.
  /// - Parameters:
  ///   - sliding: stride, padding, dilation.
  ///   - taps: those that count; all unless given.
  public func convolution(
    _ weights: Variable, _ bias: Variable? = nil, _ activation: Activation = .none,
    _ sliding: Sliding = Sliding(), taps: TapMask? = nil
  ) -> Variable {
    let kernel = Pair(weights.shape[2], weights.shape[3])
    let output = sliding.outputSize(Pair(shape[2], shape[3]), kernel: kernel)
    precondition(
      shape.count == 4 && shape[1] == weights.shape[1] && output.y > 0 && output.x > 0,
      "windows \(weights.shape) fit into images \(shape)")
    let mask = taps ?? TapMask(all: kernel)
    precondition(mask.kernel == kernel, "a mask of the kernel's size")
    let plan = ConvolutionPlan(x: shape, w: weights.shape, output: output, sliding, taps: mask)
    let operation = ActivatedConvolution(activation: activation, plan: plan)
    return tape.record(operation, [self, weights] + (bias.map { [$0] } ?? []), shape: plan.y)
  }

  /// The transposed convolution, f(xᵀ ∗ w + b): x [samples, channels, height, width],
  /// w [channels, filters, height, width], b [filters]. As PyTorch's ConvTranspose2d.
  /// - Parameter outputPadding: lines more at the bottom and the right of the result.
  public func transposedConvolution(
    _ weights: Variable, _ bias: Variable? = nil, _ activation: Activation = .none,
    _ sliding: Sliding = Sliding(), outputPadding: Pair = 0, taps: TapMask? = nil
  ) -> Variable {
    let kernel = Pair(weights.shape[2], weights.shape[3])
    let image = Pair(shape[2], shape[3])
    let size = sliding.transposedSize(image, kernel: kernel, outputPadding: outputPadding)
    precondition(
      shape.count == 4 && shape[1] == weights.shape[0] && size.y > 0 && size.x > 0,
      "windows \(weights.shape) transposed fit images \(shape)")
    let plan = ConvolutionPlan(
      x: [shape[0], weights.shape[1], size.y, size.x], w: weights.shape, output: image, sliding,
      taps: taps ?? TapMask(all: kernel))
    let value = plan.record(.transposed, self, weights)
    return bias.map { value.activated(activation, bias: $0) } ?? value.activated(activation)
  }
}
