import Tensors

/// The limited-memory BFGS method: a quasi-Newton direction from the last few steps.
///
/// Source: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989;
/// the two-loop recursion is algorithm 7.4 of Nocedal and Wright, "Numerical optimization", 2006.
public final class LBFGS: FullBatchMinimizer {
  /// A step and the change of the gradient over it; unused while they are zero.
  private struct Pair {
    let change: Tensor
    let gradientChange: Tensor
  }

  /// The oldest first.
  private var pairs: [Pair]

  /// - Parameters:
  ///   - parameters: [n], moved in place.
  ///   - memory: the number of steps to learn from.
  public init(_ parameters: Tensor, memory: Int = 10) {
    pairs = (0..<memory).map { _ in
      Pair(change: Tensor(parameters.count), gradientChange: Tensor(parameters.count))
    }
    super.init(parameters, search: StrongWolfeSearch(curvature: 0.9))
  }

  /// The pairs, oldest first.
  public override var state: [(name: String, values: Tensor)] {
    pairs.enumerated().flatMap { i, pair in
      [("change_\(i)", pair.change), ("gradient_change_\(i)", pair.gradientChange)]
    }
  }

  override func chooseDirection(isFresh: Bool) -> Double {
    combine(-1, gradient, 0, gradient, into: direction)
    guard !isFresh else { return cautiousStep }
    var used: [(pair: Pair, curvature: Double, weight: Double)] = []
    for pair in pairs.reversed() {
      let curvature = dot(pair.change, pair.gradientChange)
      guard curvature > 0 else { continue }
      let weight = dot(pair.change, direction) / curvature
      combine(1, direction, -weight, pair.gradientChange, into: direction)
      used.append((pair, curvature, weight))
    }
    guard let newest = used.first else { return cautiousStep }
    let scale = newest.curvature / dot(newest.pair.gradientChange, newest.pair.gradientChange)
    combine(scale, direction, 0, direction, into: direction)
    for (pair, curvature, weight) in used.reversed() {
      let correction = weight - dot(pair.gradientChange, direction) / curvature
      combine(1, direction, correction, pair.change, into: direction)
    }
    return 1
  }

  /// Keeps the pair if the loss curves upwards along it.
  override func learn(from change: Tensor, start: Tensor, _ gradientChange: Tensor) {
    guard !pairs.isEmpty,
      dot(change, gradientChange) > 1e-10 * dot(gradientChange, gradientChange)
    else { return }
    let oldest = pairs.removeFirst()
    oldest.change.assign(change)
    oldest.gradientChange.assign(gradientChange)
    pairs.append(oldest)
  }

  override func forget() {
    for pair in pairs {
      pair.change.fill(0)
      pair.gradientChange.fill(0)
    }
  }
}
