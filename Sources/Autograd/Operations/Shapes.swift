import CKernels
import Tensors

/// The same elements under another shape.
private struct Reshape: Operation {
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    frame[output].assign(frame[inputs[0]])
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [cotangent.reshaped(inputs[0].shape)]
  }
}

/// Sums over, or repeats along, neighbouring axes seen as [outer, middle, inner].
private struct Middle: Operation {
  enum Kind { case sum, `repeat` }
  let kind: Kind
  let outer: Int
  let middle: Int
  let inner: Int

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (from, to) = (frame[inputs[0]].pointer, frame[output].pointer)
    switch kind {
    case .sum: sdt_sum_middle(to, from, outer, middle, inner)
    case .repeat: sdt_repeat_middle(to, from, outer, middle, inner)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let back = Middle(
      kind: kind == .sum ? .repeat : .sum, outer: outer, middle: middle, inner: inner)
    return [cotangent.tape.record(back, [cotangent], shape: inputs[0].shape)]
  }
}

extension Variable {
  /// The same elements, row-major, under another shape.
  public func reshaped(_ shape: [Int]) -> Variable {
    precondition(shape.reduce(1, *) == count, "\(self.shape) has the elements of \(shape)")
    return shape == self.shape ? self : tape.record(Reshape(), [self], shape: shape)
  }

  /// Repeats axes of one element, and missing leading axes, until the shape is reached.
  public func broadcast(to shape: [Int]) -> Variable {
    guard self.shape != shape else { return self }
    var value = reshaped(Array(repeating: 1, count: shape.count - self.shape.count) + self.shape)
    for axis in shape.indices where value.shape[axis] != shape[axis] {
      precondition(value.shape[axis] == 1, "\(self.shape) can be repeated to \(shape)")
      var next = value.shape
      next[axis] = shape[axis]
      value = value.middle(.repeat, axis: axis, size: shape[axis], shape: next)
    }
    return value
  }

  /// Sums over an axis, which stays with one element.
  public func sum(axis: Int) -> Variable {
    var shape = self.shape
    let size = shape[axis]
    shape[axis] = 1
    return middle(.sum, axis: axis, size: size, shape: shape)
  }

  /// The sum of all elements, of shape [1].
  public var total: Variable {
    tape.record(
      Middle(kind: .sum, outer: 1, middle: count, inner: 1), [self], shape: [1])
  }

  /// The mean over an axis, which stays with one element.
  public func mean(axis: Int) -> Variable { sum(axis: axis).affine(1 / Float(shape[axis])) }

  private func middle(_ kind: Middle.Kind, axis: Int, size: Int, shape: [Int]) -> Variable {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    return tape.record(
      Middle(kind: kind, outer: outer, middle: size, inner: inner), [self], shape: shape)
  }
}

extension Tape {
  /// A value whose elements all are one number.
  public func constant(_ value: Float, shape: [Int]) -> Variable {
    constant(Tensor(shape: [1], elements: [value])).broadcast(to: shape)
  }

  /// A value that never changes.
  public func constant(_ value: Tensor) -> Variable {
    record(Constant(value: value), [], shape: value.shape)
  }
}

private struct Constant: Operation {
  let value: Tensor
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) { frame[output].assign(value) }
  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] { [] }
}
