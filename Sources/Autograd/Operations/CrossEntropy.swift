import CKernels
import Tensors

/// Σ softplus(l) − x l over a row: Bernoulli cross-entropy from logits.
private struct BernoulliLoss: Operation {
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (logits, result) = (frame[inputs[0]], frame[output])
    let rows = result.count
    sdt_bernoulli_loss(
      result.pointer, logits.pointer, frame[inputs[1]].pointer, rows, logits.count / max(rows, 1))
  }

  func pullback(inputs: [Variable], output: Variable, cotangent g: Variable) -> [Variable?] {
    let (l, x) = (inputs[0], inputs[1])
    return [l.tape.record(BernoulliResidual(), [l, x, g], shape: l.shape), -(l.rowScaled(g))]
  }
}

/// (σ(l) − x) g, g a number a row.
private struct BernoulliResidual: Operation {
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (result, g) = (frame[output], frame[inputs[2]])
    sdt_bernoulli_residual(
      result.pointer, frame[inputs[0]].pointer, frame[inputs[1]].pointer, g.pointer, g.count,
      result.count / max(g.count, 1))
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    cotangents(
      of: { ($0[0].sigmoid - $0[1]).rowScaled($0[2]) }, at: inputs, cotangent)
  }
}

/// log Σ eˡ − l[label] over an axis: cross-entropy of one-hot labels from logits.
private struct SoftmaxLoss: Operation {
  let axis: Int
  let view: AxisView

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (logits, labels) = (frame[inputs[0]], frame[inputs[1]])
    requireIndices(labels, below: view.middle)
    sdt_softmax_loss(
      frame[output].pointer, logits.pointer, labels.pointer, view.outer, view.middle, view.inner)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let residual = SoftmaxResidual(axis: axis, view: view)
    return [
      cotangent.tape.record(residual, inputs + [cotangent], shape: inputs[0].shape), nil,
    ]
  }
}

/// (softmax(l) − one-hot) g.
private struct SoftmaxResidual: Operation {
  let axis: Int
  let view: AxisView

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    sdt_softmax_residual(
      frame[output].pointer, frame[inputs[0]].pointer, frame[inputs[1]].pointer,
      frame[inputs[2]].pointer, view.outer, view.middle, view.inner)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let (axis, classes) = (axis, view.middle)
    var labels = inputs[1].shape
    labels.remove(at: axis)
    let oneHot = inputs[1].reshaped(labels).oneHot(classes: classes, axis: axis)
    let flowing = cotangents(
      of: { ($0[0].softmax(axis: axis) - oneHot) * $0[1] }, at: [inputs[0], inputs[2]], cotangent)
    return [flowing[0], nil, flowing[1]]
  }
}

extension Variable {
  /// This value's rows times a number each, [rows, 1].
  fileprivate func rowScaled(_ numbers: Variable) -> Variable {
    self * numbers.reshaped([shape[0]] + Array(repeating: 1, count: shape.count - 1))
  }

  /// −Σ x log σ(l) + (1 − x) log(1 − σ(l)) over a sample, [rows, 1], of logits of any shape [rows, …];
  /// stable for any finite logit. Grey targets are means.
  /// - Parameter targets: numbers in [0, 1] of the logits' shape.
  public func bernoulliCrossEntropyRows(_ targets: Variable) -> Variable {
    precondition(targets.shape == shape, "targets \(targets.shape) of the logits' shape \(shape)")
    return tape.record(BernoulliLoss(), [self, targets], shape: [shape[0], 1])
  }

  /// −log softmax(l)[label] over an axis of logits, which stays with one element.
  /// - Parameter labels: whole numbers as Float32, as many as the logits without that axis.
  public func softmaxCrossEntropy(_ labels: Variable, axis: Int = 1) -> Variable {
    var reduced = shape
    reduced[axis] = 1
    precondition(
      labels.count == reduced.product(before: reduced.count), "labels \(labels.shape) for \(shape)")
    let loss = SoftmaxLoss(axis: axis, view: AxisView(shape, axis: axis))
    return tape.record(loss, [self, labels.reshaped(reduced)], shape: reduced)
  }
}
