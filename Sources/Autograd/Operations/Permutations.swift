import CKernels
import Tensors

/// The steps in memory from one index of an axis to the next, row-major.
func rowMajorSteps(_ shape: [Int]) -> [Int] {
  var steps = Array(repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() {
    steps[axis] = steps[axis + 1] * shape[axis + 1]
  }
  return steps
}

/// Axes in another order.
private struct Permutation: Operation {
  let axes: [Int]
  private let sizes: [Int]
  private let from: [Int]
  private let to: [Int]

  /// Axes that stay side by side are one axis to the copy; those of one element are none.
  init(_ axes: [Int], of shape: [Int]) {
    self.axes = axes
    let steps = rowMajorSteps(shape)
    var groups: [(size: Int, from: Int)] = []
    for axis in axes where shape[axis] != 1 {
      if let last = groups.last, last.from == steps[axis] * shape[axis] {
        groups[groups.count - 1] = (last.size * shape[axis], steps[axis])
      } else {
        groups.append((shape[axis], steps[axis]))
      }
    }
    if groups.isEmpty { groups = [(1, 1)] }
    (sizes, from) = (groups.map(\.size), groups.map(\.from))
    to = rowMajorSteps(sizes)
  }

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, out) = (frame[inputs[0]].pointer, frame[output].pointer)
    sdt_strided_copy(out, to, a, from, sizes, sizes.count)
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [cotangent.permuted(axes.indices.sorted { axes[$0] < axes[$1] })]
  }
}

extension Variable {
  /// The axes in another order: axis i of the result is axis `axes[i]` of this value.
  public func permuted(_ axes: [Int]) -> Variable {
    precondition(axes.sorted() == Array(shape.indices), "\(axes) names each axis of \(shape) once")
    guard axes != Array(shape.indices) else { return self }
    return tape.record(Permutation(axes, of: shape), [self], shape: axes.map { shape[$0] })
  }

  /// A matrix with rows and columns exchanged.
  public var transposed: Variable { permuted([1, 0]) }
}
