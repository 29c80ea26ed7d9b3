import CKernels
import Tensors

/// What a layer ends in: a map whose derivative is known from its value.
public enum Activation: Sendable, Equatable {
  /// x.
  case none
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// x where x > 0, else 0.
  case relu
  /// x where x > 0, else a slope, 0 or more, times x.
  case leakyRelu(slope: Float)
  /// log(1 + eˣ).
  case softplus
  /// x where x > 0, else α (eˣ − 1), for α > 0.
  case elu(alpha: Float)

  /// As the kernels take it.
  var kernel: (kind: sdt_activation, slope: Float) {
    switch self {
    case .none: (SDT_IDENTITY, 0)
    case .sigmoid: (SDT_SIGMOID, 0)
    case .tanh: (SDT_TANH, 0)
    case .relu: (SDT_LEAKY_RELU, 0)
    case .leakyRelu(let slope): (SDT_LEAKY_RELU, slope)
    case .softplus: (SDT_SOFTPLUS, 0)
    case .elu(let alpha): (SDT_ELU, alpha)
    }
  }

  /// The derivative, out of the value y, in elementary operations.
  func derivative(_ y: Variable) -> Variable {
    switch self {
    case .none: y.affine(0, 1).stopped
    case .sigmoid: y - y * y
    case .tanh: (y * y).affine(-1, 1)
    case .relu: y.leakyStep(0)
    case .leakyRelu(let slope): y.leakyStep(slope)
    case .softplus: (-y).exponential.affine(-1, 1)
    // 1 where y > 0, else y + α: y − max(y, 0) is the part below zero.
    case .elu(let alpha):
      (y - y.leakyRectifier()) + y.leakyStep(0).affine(1 - alpha, alpha)
    }
  }
}

extension Activation {
  /// The names that configurations use.
  public static let names = [
    "none", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu",
  ]

  /// The activation of a name; nil when there is none.
  /// - Parameter slope: of `leaky_relu` and α of `elu`; PyTorch's defaults unless given.
  public init?(name: String, slope: Float? = nil) {
    switch name {
    case "none": self = .none
    case "sigmoid": self = .sigmoid
    case "tanh": self = .tanh
    case "relu": self = .relu
    case "leaky_relu": self = .leakyRelu(slope: slope ?? 0.01)
    case "softplus": self = .softplus
    case "elu": self = .elu(alpha: slope ?? 1)
    default: return nil
    }
  }
}

/// f(x + bias), [outer, middle, inner] + [middle].
private struct Activate: Operation {
  let activation: Activation
  let outer: Int
  let middle: Int
  let inner: Int

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (kind, slope) = activation.kernel
    let bias = inputs.count > 1 ? frame[inputs[1]].pointer : nil
    sdt_bias_activate(
      frame[output].pointer, frame[inputs[0]].pointer, bias, outer, middle, inner, kind, slope)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let g = activation.pullback(output, cotangent)
    return inputs.count > 1 ? [g, g.sum(to: inputs[1].shape)] : [g]
  }
}

/// g f'(x) out of y = f(x), in one pass.
private struct ActivationGradient: Operation {
  let activation: Activation

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (kind, slope) = activation.kernel
    let result = frame[output]
    sdt_activation_gradient(
      result.pointer, frame[inputs[0]].pointer, frame[inputs[1]].pointer, kind, slope, result.count)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [
      activation.pullback(inputs[1], cotangent),
      cotangents(
        of: { activation.derivative($0[0]) }, at: [inputs[1]], cotangent * inputs[0])[0],
    ]
  }
}

extension Activation {
  /// The cotangent of x out of that of y = f(x).
  func pullback(_ y: Variable, _ cotangent: Variable) -> Variable {
    guard self != .none else { return cotangent }
    return y.tape.record(
      ActivationGradient(activation: self), [cotangent, y], shape: y.shape)
  }
}

extension Variable {
  /// f(x), in one pass.
  public func activated(_ activation: Activation) -> Variable {
    guard activation != .none else { return self }
    let operation = Activate(activation: activation, outer: 1, middle: count, inner: 1)
    return tape.record(operation, [self], shape: shape)
  }

  /// f(x + bias), in one pass.
  /// - Parameters:
  ///   - bias: [size of the axis].
  ///   - axis: that which the bias belongs to; the sample axis is 0.
  public func activated(_ activation: Activation, bias: Variable, axis: Int = 1) -> Variable {
    let inner = shape.product(after: axis)
    precondition(bias.count == shape[axis], "a bias of \(bias.shape) for axis \(axis) of \(shape)")
    let operation = Activate(
      activation: activation, outer: shape.product(before: axis), middle: shape[axis], inner: inner)
    // The bias stands where its axis is, so that its gradient is summed to that shape.
    var spread = Array(repeating: 1, count: shape.count - axis)
    spread[0] = shape[axis]
    return tape.record(operation, [self, bias.reshaped(spread)], shape: shape)
  }
}
