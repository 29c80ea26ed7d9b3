import CKernels
import Tensors

/// An operation over the middle axis of a value seen as [outer, middle, inner].
struct AxisView {
  let outer: Int
  let middle: Int
  let inner: Int

  init(_ shape: [Int], axis: Int) {
    (outer, middle, inner) = (shape.product(before: axis), shape[axis], shape.product(after: axis))
    precondition(middle > 0, "axis \(axis) of \(shape) has elements")
  }
}

/// The largest over an axis, or where it first stands.
private struct Maximum: Operation {
  enum Kind { case value, mask }
  let kind: Kind
  let axis: Int
  let view: AxisView

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, out) = (frame[inputs[0]].pointer, frame[output].pointer)
    switch kind {
    case .value: sdt_max_middle(out, a, view.outer, view.middle, view.inner)
    case .mask: sdt_max_mask(out, a, view.outer, view.middle, view.inner)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    switch kind {
    case .value: [inputs[0].maximumMask(axis: axis) * cotangent]
    case .mask: [nil]
    }
  }
}

/// log Σ eˣ over an axis.
private struct LogSumExp: Operation {
  let view: AxisView

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    sdt_log_sum_exp(
      frame[output].pointer, frame[inputs[0]].pointer, view.outer, view.middle, view.inner)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [(inputs[0] - output).exponential * cotangent]
  }
}

/// softmax or its logarithm over an axis.
private struct Softmax: Operation {
  let axis: Int
  let view: AxisView
  let isLogarithm: Bool

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, out) = (frame[inputs[0]].pointer, frame[output].pointer)
    if isLogarithm {
      sdt_log_softmax(out, a, view.outer, view.middle, view.inner)
    } else {
      sdt_softmax(out, a, view.outer, view.middle, view.inner)
    }
  }

  func pullback(inputs: [Variable], output y: Variable, cotangent g: Variable) -> [Variable?] {
    if isLogarithm { return [g - y.exponential * g.sum(axis: axis)] }
    let weighted = g * y
    return [weighted - y * weighted.sum(axis: axis)]
  }
}

extension Variable {
  /// The largest over an axis, which stays with one element. Of equal ones the first gets the gradient.
  public func maximum(axis: Int) -> Variable {
    reduced(axis) { Maximum(kind: .value, axis: axis, view: $0) }
  }

  /// 1 where the first largest of an axis stands, else 0; its derivative is 0.
  public func maximumMask(axis: Int) -> Variable {
    let view = AxisView(shape, axis: axis)
    return tape.record(Maximum(kind: .mask, axis: axis, view: view), [self], shape: shape)
  }

  /// log Σ eˣ over an axis, which stays with one element; stable.
  public func logSumExp(axis: Int) -> Variable { reduced(axis) { LogSumExp(view: $0) } }

  /// eˣ / Σ eˣ over an axis; stable.
  public func softmax(axis: Int) -> Variable {
    let view = AxisView(shape, axis: axis)
    return tape.record(Softmax(axis: axis, view: view, isLogarithm: false), [self], shape: shape)
  }

  /// x − log Σ eˣ over an axis; stable.
  public func logSoftmax(axis: Int) -> Variable {
    let view = AxisView(shape, axis: axis)
    return tape.record(Softmax(axis: axis, view: view, isLogarithm: true), [self], shape: shape)
  }

  private func reduced(_ axis: Int, _ make: (AxisView) -> any Operation) -> Variable {
    var shape = self.shape
    shape[axis] = 1
    return tape.record(make(AxisView(self.shape, axis: axis)), [self], shape: shape)
  }
}
