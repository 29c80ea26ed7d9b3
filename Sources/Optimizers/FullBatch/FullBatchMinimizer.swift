import CKernels
import Tensors

/// Makes a function of all parameters small by line searches: for losses over a whole dataset, the
/// same at every evaluation.
///
/// Every rank holds the same parameters and gets the same bits of loss and gradient, sums over all
/// samples that do not depend on the ranks; every product of two vectors is a Float64 sum in a fixed
/// association. So all ranks take the same steps without a word between them.
public class FullBatchMinimizer {
  /// The loss at the parameters as they are; writes the gradient.
  public typealias Evaluation = (_ gradient: Tensor) throws -> Double

  /// What an update has come to.
  public struct Outcome: Sendable, Equatable {
    /// The loss at the new parameters.
    public var loss: Double
    /// The Euclidean norm of the gradient there.
    public var gradientNorm: Double
    /// The number of evaluations.
    public var evaluations: Int
    /// Whether the parameters moved; if not, nothing better is to be found at this precision.
    public var moved: Bool
  }

  let parameters: Tensor
  /// The gradient at the parameters as they are, once `update` has been called, [n].
  public let gradient: Tensor
  let direction: Tensor
  private let search: StrongWolfeSearch
  private let start: Tensor
  private let startGradient: Tensor
  private let change: Tensor
  /// The loss at the parameters, if `gradient` belongs to them.
  private var loss: Double?

  /// - Parameters:
  ///   - parameters: [n], moved in place.
  ///   - search: finds the steps.
  init(_ parameters: Tensor, search: StrongWolfeSearch) {
    self.parameters = parameters
    self.search = search
    gradient = Tensor(parameters.count)
    direction = Tensor(parameters.count)
    start = Tensor(parameters.count)
    startGradient = Tensor(parameters.count)
    change = Tensor(parameters.count)
  }

  /// What outlives an update, by name, each as long as the parameters.
  public var state: [(name: String, values: Tensor)] { [] }

  /// Sets the direction from the gradient. Returns the step to try first. What is kept does not change.
  /// - Parameter isFresh: whether what was learnt is left aside: along the gradient.
  func chooseDirection(isFresh: Bool) -> Double {
    preconditionFailure("a method has its direction")
  }

  /// Learns from a step along the direction.
  /// - Parameters:
  ///   - change: of the parameters.
  ///   - start: the gradient before the step.
  ///   - gradientChange: of the gradient.
  func learn(from change: Tensor, start: Tensor, _ gradientChange: Tensor) {}

  /// Forgets what was learnt.
  func forget() {}

  /// Whether the loss at the parameters is known; if not, an update begins with an evaluation more.
  public var knowsLoss: Bool { loss != nil }

  /// Says that the parameters, or the loss as a function of them, were changed by somebody else.
  public func lossChanged() { loss = nil }

  /// One line search. When an evaluation throws, parameters and state are as they were before.
  public func update(_ evaluate: Evaluation) throws -> Outcome {
    var evaluations = 0
    func counted(_ gradient: Tensor) throws -> Double {
      evaluations += 1
      return try evaluate(gradient)
    }
    let before = try loss ?? counted(gradient)
    loss = before
    let after = before.isFinite ? try search(from: before, counted) : nil
    loss = after ?? before
    return Outcome(
      loss: after ?? before, gradientNorm: dot(gradient, gradient).squareRoot(),
      evaluations: evaluations, moved: after != nil)
  }

  private func search(from before: Double, _ evaluate: Evaluation) throws -> Double? {
    let first = chooseDirection(isFresh: false)
    if dot(gradient, direction) < 0,
      let after = try step(from: before, first: first, isFresh: false, evaluate)
    {
      return after
    }
    // What was learnt may mislead; the gradient itself does not.
    let cautious = chooseDirection(isFresh: true)
    return try step(from: before, first: cautious, isFresh: true, evaluate)
  }

  /// Goes along the direction; nil leaves all as it was.
  private func step(
    from value: Double, first: Double, isFresh: Bool, _ evaluate: Evaluation
  ) throws -> Double? {
    let slope = dot(gradient, direction)
    guard slope < 0 else { return nil }
    start.assign(parameters)
    startGradient.assign(gradient)
    var last = StrongWolfeSearch.Point(step: 0, value: value, slope: slope)
    func point(_ step: Double) throws -> StrongWolfeSearch.Point {
      combine(1, start, step, direction, into: parameters)
      last = .init(step: step, value: try evaluate(gradient), slope: 0)
      last.slope = dot(gradient, direction)
      return last
    }
    var isDone = false
    defer { if !isDone { goBack() } }
    guard let found = try search.run(from: last, first: first, point), found.value < value else {
      return nil
    }
    if found != last { _ = try point(found.step) }
    isDone = true
    if isFresh { forget() }
    combine(1, parameters, -1, start, into: start)
    combine(1, gradient, -1, startGradient, into: change)
    learn(from: start, start: startGradient, change)
    return last.value
  }

  private func goBack() {
    parameters.assign(start)
    gradient.assign(startGradient)
  }

  /// Σ x y.
  func dot(_ x: Tensor, _ y: Tensor) -> Double { sdt_dot(x.pointer, y.pointer, x.count) }

  /// out ← a x + b y.
  func combine(_ a: Double, _ x: Tensor, _ b: Double, _ y: Tensor, into out: Tensor) {
    sdt_combine(a, x.pointer, b, y.pointer, out.pointer, out.count)
  }

  /// A step along the gradient of about unit length in the sum of magnitudes: what to begin with.
  var cautiousStep: Double { min(1, 1 / sdt_sum_of_magnitudes(gradient.pointer, gradient.count)) }
}
