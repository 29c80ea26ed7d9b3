import CKernels
import Tensors

/// Rows by number, and its transpose: rows added to where the numbers say, in order.
private struct Rows: Operation {
  enum Kind { case gather, scatter }
  let kind: Kind
  /// The rows of the table.
  let rows: Int

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (values, indices, result) = (frame[inputs[0]], frame[inputs[1]], frame[output])
    requireIndices(indices, below: rows)
    let (from, to, places) = (values.pointer, result.pointer, indices.pointer)
    switch kind {
    case .gather:
      sdt_gather_rows(to, from, places, indices.count, values.count / max(rows, 1))
    case .scatter:
      sdt_scatter_rows(to, from, places, indices.count, rows, result.count / max(rows, 1))
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    switch kind {
    case .gather: [cotangent.scatteredRows(inputs[1], rows: rows), nil]
    case .scatter: [cotangent.gatheredRows(inputs[1]), nil]
    }
  }
}

/// Labels as vectors of one 1, along an axis of their own: [outer, classes, inner].
private struct OneHot: Operation {
  let axis: Int

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (labels, result) = (frame[inputs[0]], frame[output])
    let classes = result.shape[axis]
    requireIndices(labels, below: classes)
    sdt_one_hot(
      result.pointer, labels.pointer, result.shape.product(before: axis), classes,
      result.shape.product(after: axis))
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] { [nil] }
}

/// Stops at a number that names nothing: memory beside the table would be read or written.
func requireIndices(_ indices: Tensor, below limit: Int) {
  let bad = sdt_first_bad_index(indices.pointer, indices.count, limit)
  precondition(
    bad < 0,
    "index \(indices.pointer[max(bad, 0)]) at place \(bad) is no whole number from 0 to \(limit - 1)"
  )
}

extension Variable {
  /// The rows of a table [rows, …] that numbers name: [count, …].
  /// - Parameter indices: [count], whole numbers as Float32.
  public func gatheredRows(_ indices: Variable) -> Variable {
    tape.record(
      Rows(kind: .gather, rows: shape[0]), [self, indices],
      shape: [indices.count] + shape.dropFirst())
  }

  /// A table [rows, …] that is zero but for these rows [count, …], added to where numbers say. Rows of
  /// one place are added in their order, so that the sum has the same bits in every run.
  public func scatteredRows(_ indices: Variable, rows: Int) -> Variable {
    precondition(indices.count == shape[0], "a number for each row")
    return tape.record(
      Rows(kind: .scatter, rows: rows), [self, indices], shape: [rows] + shape.dropFirst())
  }

  /// Labels as vectors that are 1 at the label and else 0.
  /// - Parameter axis: where the axis of the classes is to stand; the last place unless given.
  public func oneHot(classes: Int, axis: Int? = nil) -> Variable {
    var shape = self.shape
    let axis = axis ?? shape.count
    shape.insert(classes, at: axis)
    return tape.record(OneHot(axis: axis), [self], shape: shape)
  }
}
