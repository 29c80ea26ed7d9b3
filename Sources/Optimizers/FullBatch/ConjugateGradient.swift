import Tensors

/// Nonlinear conjugate gradients with restarts: d ← −g + β d, β = max(0, g·(g − g₋₁) / g₋₁·g₋₁).
///
/// Source: Polak and Ribière, "Note sur la convergence de méthodes de directions conjuguées", 1969; the
/// bound at zero (PR+) after Gilbert and Nocedal, "Global convergence properties of conjugate gradient
/// methods for optimization", 1992.
public final class ConjugateGradient: FullBatchMinimizer {
  /// The direction and gradient of the last update, and its step; zero before the first.
  private let lastDirection: Tensor
  private let lastGradient: Tensor
  private let lastChange: Tensor

  /// - Parameter parameters: [n], moved in place.
  public init(_ parameters: Tensor) {
    lastDirection = Tensor(parameters.count)
    lastGradient = Tensor(parameters.count)
    lastChange = Tensor(parameters.count)
    super.init(parameters, search: StrongWolfeSearch(curvature: 0.4))
  }

  /// What the next direction is made of.
  public override var state: [(name: String, values: Tensor)] {
    [
      ("direction", lastDirection), ("gradient", lastGradient), ("change", lastChange),
    ]
  }

  override func chooseDirection(isFresh: Bool) -> Double {
    let square = dot(lastGradient, lastGradient)
    guard !isFresh, square > 0 else {
      combine(-1, gradient, 0, gradient, into: direction)
      return cautiousStep
    }
    let share = max(0, (dot(gradient, gradient) - dot(gradient, lastGradient)) / square)
    combine(-1, gradient, share, lastDirection, into: direction)
    // The first-order change of the loss is to be that of the last step.
    let step = dot(lastChange, lastGradient) / dot(direction, gradient)
    return step.isFinite && step > 0 ? step : cautiousStep
  }

  override func learn(from change: Tensor, start: Tensor, _ gradientChange: Tensor) {
    lastDirection.assign(direction)
    lastGradient.assign(start)
    lastChange.assign(change)
  }

  override func forget() {
    for tensor in [lastDirection, lastGradient, lastChange] { tensor.fill(0) }
  }
}
