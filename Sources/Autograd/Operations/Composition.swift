import Tensors

/// The value under another name, so that a derivative can stop there.
private struct Alias: Operation {
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    frame[output].assign(frame[inputs[0]])
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [cotangent]
  }
}

/// The cotangents of a function's inputs, each alone: what else the inputs depend on stays aside.
///
/// This is how an operation with a fused kernel stays differentiable to any order: its pullback
/// differentiates the same function written in elementary operations.
/// - Parameters:
///   - function: the elementary form.
///   - inputs: where the derivative is taken.
///   - cotangent: of the function's value.
func cotangents(
  of function: ([Variable]) -> Variable, at inputs: [Variable], _ cotangent: Variable
) -> [Variable] {
  let aliases = inputs.map { $0.tape.record(Alias(), [$0], shape: $0.shape) }
  return cotangent.tape.gradients(of: (function(aliases) * cotangent).total, for: aliases)
}
