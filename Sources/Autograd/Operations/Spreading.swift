import CKernels
import Tensors

/// A value [outer, middle, inner] and one number for each middle index: a bias, a scale, and the sums
/// that are their gradients, without a repeated copy of the numbers in memory.
struct Spread: Operation {
  enum Kind {
    /// a · v.
    case scale
    /// a + v.
    case shift
    /// Σ a b over outer and inner, of the shape of v.
    case dot
    /// Σ a over outer and inner.
    case sum
  }

  let kind: Kind
  let outer: Int
  let middle: Int
  let inner: Int

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, out) = (frame[inputs[0]].pointer, frame[output].pointer)
    switch kind {
    case .scale: sdt_scale_middle(out, a, frame[inputs[1]].pointer, outer, middle, inner)
    case .shift: sdt_shift_middle(out, a, frame[inputs[1]].pointer, outer, middle, inner)
    case .dot: sdt_dot_middle(out, a, frame[inputs[1]].pointer, outer, middle, inner)
    case .sum: sdt_dot_middle(out, a, nil, outer, middle, inner)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent g: Variable) -> [Variable?] {
    let a = inputs[0]
    switch kind {
    case .scale: return [apply(.scale, g, inputs[1]), apply(.dot, g, a, like: inputs[1].shape)]
    case .shift: return [g, apply(.sum, g, nil, like: inputs[1].shape)]
    case .dot: return [apply(.scale, inputs[1], g), apply(.scale, a, g)]
    case .sum: return [g.broadcast(to: a.shape)]
    }
  }

  /// Another operation over the same axes.
  private func apply(
    _ kind: Kind, _ a: Variable, _ b: Variable?, like shape: [Int]? = nil
  ) -> Variable {
    let operation = Spread(kind: kind, outer: outer, middle: middle, inner: inner)
    return a.tape.record(operation, [a] + (b.map { [$0] } ?? []), shape: shape ?? a.shape)
  }

  /// How numbers of a shape are spread over a value, when the axes they have are neighbours.
  init?(_ kind: Kind, over shape: [Int], _ numbers: [Int]) {
    guard numbers.count <= shape.count, numbers != shape else { return nil }
    let numbers = Array(repeating: 1, count: shape.count - numbers.count) + numbers
    guard zip(numbers, shape).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    let kept = numbers.indices.filter { numbers[$0] != 1 }
    let range = kept.isEmpty ? 0..<0 : kept[0]..<kept[kept.count - 1] + 1
    guard range.allSatisfy({ numbers[$0] == shape[$0] }) else { return nil }
    self.init(
      kind: kind, outer: shape[..<range.lowerBound].reduce(1, *),
      middle: shape[range].reduce(1, *), inner: shape[range.upperBound...].reduce(1, *))
  }

  private init(kind: Kind, outer: Int, middle: Int, inner: Int) {
    (self.kind, self.outer, self.middle, self.inner) = (kind, outer, middle, inner)
  }
}

extension Variable {
  /// A product or sum with numbers that are spread over this value; nil when they do not fit so.
  func spread(_ kind: Spread.Kind, _ numbers: Variable, negated: Bool = false) -> Variable? {
    Spread(kind, over: shape, numbers.shape).map {
      tape.record($0, [self, negated ? -numbers : numbers], shape: shape)
    }
  }

  /// The sum over all axes but those that a shape keeps, which are neighbours: moments of columns or
  /// channels. Axes of the shape are those of this value or 1.
  public func sum(to numbers: [Int]) -> Variable {
    guard numbers != shape else { return self }
    guard let operation = Spread(.sum, over: shape, numbers) else {
      preconditionFailure("\(shape) can be summed to \(numbers)")
    }
    return tape.record(operation, [self], shape: numbers)
  }

  /// Σ a b over all axes but those that a shape keeps.
  public func dot(_ other: Variable, to numbers: [Int]) -> Variable {
    precondition(other.shape == shape, "\(shape) and \(other.shape) are equal")
    guard let operation = Spread(.dot, over: shape, numbers) else {
      return (self * other).reshaped(numbers)
    }
    return tape.record(operation, [self, other], shape: numbers)
  }
}
