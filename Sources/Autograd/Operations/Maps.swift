import CKernels
import Foundation
import Tensors

/// An elementwise map of one value.
private struct Map: Operation {
  let apply: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
  /// The cotangent of the input from (input, output, cotangent).
  let derivative: (Variable, Variable, Variable) -> Variable?

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let result = frame[output]
    apply(result.pointer, frame[inputs[0]].pointer, result.count)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [derivative(inputs[0], output, cotangent)]
  }
}

extension Variable {
  private func map(
    _ apply: @escaping (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void,
    _ derivative: @escaping (Variable, Variable, Variable) -> Variable?
  ) -> Variable {
    tape.record(Map(apply: apply, derivative: derivative), [self], shape: shape)
  }

  /// self · scale + offset.
  public func affine(_ scale: Float, _ offset: Float = 0) -> Variable {
    map({ sdt_affine($0, $1, scale, offset, $2) }) { _, _, g in g.affine(scale) }
  }

  /// eˣ.
  public var exponential: Variable {
    map({ sdt_exp_into($0, $1, $2) }) { _, y, g in g * y }
  }

  /// The natural logarithm.
  public var logarithm: Variable {
    map({ sdt_log_into($0, $1, $2) }) { x, _, g in g / x }
  }

  /// √x.
  public var squareRoot: Variable {
    map({ sdt_sqrt_into($0, $1, $2) }) { _, y, g in (g / y).affine(0.5) }
  }

  /// x².
  public var squared: Variable { self * self }

  /// |x|, with the derivative 0 at 0.
  public var magnitude: Variable {
    map({ sdt_abs_into($0, $1, $2) }) { x, _, g in g * x.sign }
  }

  /// −1, 0 or 1; its derivative is 0.
  public var sign: Variable { map({ sdt_sign_into($0, $1, $2) }) { _, _, _ in nil } }

  /// 1 / (1 + e⁻ˣ).
  public var sigmoid: Variable {
    map({ sdt_sigmoid_into($0, $1, $2) }) { _, y, g in g * (y - y * y) }
  }

  /// The hyperbolic tangent.
  public var hyperbolicTangent: Variable {
    map({ sdt_tanh_into($0, $1, $2) }) { _, y, g in g - g * y * y }
  }

  /// log(1 + eˣ), stable for any finite x.
  public var softplus: Variable {
    map({ sdt_softplus_into($0, $1, $2) }) { x, _, g in g * x.sigmoid }
  }

  /// x where x > 0, else `slope` · x. Slope 0 is the rectifier.
  public func leakyRectifier(_ slope: Float = 0) -> Variable {
    map({ sdt_leaky_relu_into($0, $1, slope, $2) }) { x, _, g in g * x.leakyStep(slope) }
  }

  /// 1 where x > 0, else `slope`; its derivative is 0.
  func leakyStep(_ slope: Float) -> Variable {
    map({ sdt_leaky_step_into($0, $1, slope, $2) }) { _, _, _ in nil }
  }

  /// The value, through which no gradient flows.
  public var stopped: Variable {
    map({ $0.update(from: $1, count: $2) }) { _, _, _ in nil }
  }
}
