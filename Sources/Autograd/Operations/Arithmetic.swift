import CKernels
import Tensors

/// An elementwise operation on two values of one shape.
private struct Pairwise: Operation {
  typealias Kernel = (
    UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int
  ) -> Void
  let apply: Kernel
  /// The cotangents of both inputs from (left, right, output, cotangent).
  let derivative: (Variable, Variable, Variable, Variable) -> [Variable?]

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let result = frame[output]
    apply(result.pointer, frame[inputs[0]].pointer, frame[inputs[1]].pointer, result.count)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    derivative(inputs[0], inputs[1], output, cotangent)
  }
}

extension Variable {
  private static func pairwise(
    _ a: Variable, _ b: Variable, _ apply: @escaping Pairwise.Kernel,
    _ derivative: @escaping (Variable, Variable, Variable, Variable) -> [Variable?]
  ) -> Variable {
    let shape = broadcastShape(a.shape, b.shape)
    let (a, b) = (a.broadcast(to: shape), b.broadcast(to: shape))
    return a.tape.record(Pairwise(apply: apply, derivative: derivative), [a, b], shape: shape)
  }

  /// The sum, element by element; axes of one element are repeated.
  public static func + (a: Variable, b: Variable) -> Variable {
    if let sum = a.spread(.shift, b) ?? b.spread(.shift, a) ?? joinedSum(a, b) { return sum }
    return pairwise(a, b, { sdt_add_into($0, $1, $2, $3) }) { _, _, _, g in [g, g] }
  }

  /// The difference, element by element.
  public static func - (a: Variable, b: Variable) -> Variable {
    if let difference = a.spread(.shift, b, negated: true) { return difference }
    return pairwise(a, b, { sdt_subtract_into($0, $1, $2, $3) }) { _, _, _, g in [g, -g] }
  }

  /// The product, element by element.
  public static func * (a: Variable, b: Variable) -> Variable {
    if let product = a.spread(.scale, b) ?? b.spread(.scale, a) { return product }
    return pairwise(a, b, { sdt_multiply_into($0, $1, $2, $3) }) { a, b, _, g in [g * b, g * a] }
  }

  /// The quotient, element by element.
  public static func / (a: Variable, b: Variable) -> Variable {
    pairwise(a, b, { sdt_divide_into($0, $1, $2, $3) }) { _, b, y, g in
      let left = g / b
      return [left, -(left * y)]
    }
  }

  /// The negative.
  public static prefix func - (a: Variable) -> Variable { a.affine(-1) }
}

/// The common shape of two values: sizes agree, or one of them is 1; missing leading axes are 1.
func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int] {
  let rank = max(a.count, b.count)
  let left = Array(repeating: 1, count: rank - a.count) + a
  let right = Array(repeating: 1, count: rank - b.count) + b
  return zip(left, right).map { x, y in
    precondition(x == y || x == 1 || y == 1, "shapes \(a) and \(b) fit each other")
    return x == 1 ? y : x
  }
}
