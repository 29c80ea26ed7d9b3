import CKernels
import Tensors

/// t-SNE: points in the plane whose neighbours are those of points of many values.
///
/// Makes KL(P‖Q) = Σ p_ij log(p_ij / q_ij) small, q_ij = w_ij / Z, w_ij = 1 / (1 + |y_i − y_j|²). Rows
/// are dealt to ranks; what a row needs is computed by one of them, the same way whichever it is, so
/// the result has the same bits on any number of ranks.
/// Source: van der Maaten, Hinton, "Visualizing data using t-SNE", JMLR 9 (2008). Defaults, and the
/// order of updates, are those of scikit-learn.
public final class NeighborEmbedding {
  /// The positions, [N, 2].
  public private(set) var positions: [Double]
  /// The number of points.
  public let count: Int
  private let options: EmbeddingOptions
  private let across: any GlobalGather
  private let deal: BlockDeal
  private let probabilities: JointProbabilities
  private let repulsion: any Repulsion
  private var repelled: [Double]
  private var attracted: [Double]

  private static let block = 64

  /// Finds neighbours and their probabilities. Every rank calls this together.
  /// - Parameter points: [N, D], the same on every rank.
  public init(_ points: Tensor, options: EmbeddingOptions, across: any GlobalGather) throws {
    count = points.shape[0]
    try options.check(points: count)
    self.options = options
    self.across = across
    deal = BlockDeal(count, block: Self.block, across: across)
    probabilities = try JointProbabilities(
      points, perplexity: options.perplexity, neighbors: options.neighbors(points: count),
      deal: deal, across: across)
    if options.method(points: count) == .exact {
      repulsion = ExactRepulsion(deal: deal, across: across)
    } else {
      repulsion = try TreeRepulsion(
        points: count, theta: options.theta, rows: deal.local, across: across)
    }
    repelled = [Double](repeating: 0, count: 3 * deal.local.count)
    attracted = [Double](repeating: 0, count: 2 * deal.local.count)
    positions = try StartingPoints.positions(of: points, options.start, seed: options.seed)
  }

  /// Moves the points. Every rank calls this together.
  /// - Parameters:
  ///   - interval: the number of updates between two reports.
  ///   - report: gets the number of updates done and the divergence. What it throws ends the run.
  /// - Returns: the divergence at the end.
  @discardableResult
  public func run(
    reportEvery interval: Int = 50,
    _ report: (_ iteration: Int, _ divergence: Double) throws -> Void
  ) throws -> Double {
    var descent = Descent(count: 2 * deal.local.count)
    for iteration in 0..<options.iterations {
      let isEarly = iteration < options.exaggerationIterations
      if iteration == options.exaggerationIterations { descent.forget() }
      let gradient = try gradient(exaggeration: isEarly ? options.exaggeration : 1)
      var own = Array(positions[2 * deal.local.lowerBound..<2 * deal.local.upperBound])
      descent.update(
        &own, gradient, learningRate: options.learningRate(points: count),
        momentum: isEarly ? 0.5 : 0.8)
      positions = try across.gather(own, counts: deal.counts.map { 2 * $0 })
      let done = iteration + 1
      guard done % interval == 0, done < options.iterations else { continue }
      try report(done, divergence())
    }
    let last = try divergence()
    try report(options.iterations, last)
    return last
  }

  /// Puts the points somewhere, [N, 2].
  public func move(to positions: [Double]) {
    precondition(positions.count == 2 * count, "two coordinates a point")
    self.positions = positions
  }

  /// ∂KL/∂y of this rank's points: 4 Σ_j (p_ij − q_ij) w_ij (y_i − y_j), with p_ij multiplied by the
  /// exaggeration. [rows, 2]
  public func gradient(exaggeration: Double = 1) throws -> [Double] {
    let sum = try repulsion.compute(positions, into: &repelled)
    attract(logarithms: nil)
    return attracted.indices.map { place in
      let pushed = repelled[place / 2 * 3 + place % 2] / sum
      return 4 * (exaggeration * attracted[place] - pushed)
    }
  }

  /// KL(P‖Q) of the positions as they are, with the tree's Z where there is a tree.
  /// - Throws: when positions are not finite.
  public func divergence() throws -> Double {
    let sum = try repulsion.compute(positions, into: &repelled)
    var logarithms = [Double](repeating: 0, count: max(deal.local.count, 1))
    attract(logarithms: &logarithms)
    let all = try across.gather(Array(logarithms.prefix(deal.local.count)), counts: deal.counts)
    let divergence = probabilities.negativeEntropy + all.reduce(0, +) + sdt_log_f64(sum)
    guard divergence.isFinite else {
      throw EmbeddingError(
        "the embedding diverged: positions are not finite; make the learning rate smaller than "
          + "\(options.learningRate(points: count))")
    }
    return divergence
  }

  private func attract(logarithms: UnsafeMutablePointer<Double>?) {
    let rows = deal.local
    sdt_attract(
      positions, probabilities.starts, probabilities.columns, probabilities.values,
      rows.lowerBound, rows.upperBound, &attracted, logarithms)
  }
}

/// Steepest descent with momentum, and a gain a coordinate that grows while the gradient keeps its
/// direction. Source: Jacobs, "Increased rates of convergence through learning rate adaptation",
/// Neural Networks 1 (1988).
private struct Descent {
  private var steps: [Double]
  private var gains: [Double]

  init(count: Int) {
    steps = [Double](repeating: 0, count: count)
    gains = [Double](repeating: 1, count: count)
  }

  /// Stands still.
  mutating func forget() { self = Descent(count: steps.count) }

  mutating func update(
    _ values: inout [Double], _ gradient: [Double], learningRate: Double, momentum: Double
  ) {
    for place in values.indices {
      let keeps = steps[place] * gradient[place] < 0
      gains[place] = max(0.01, keeps ? gains[place] + 0.2 : gains[place] * 0.8)
      steps[place] =
        momentum * steps[place] - learningRate * gains[place] * gradient[place]
      values[place] += steps[place]
    }
  }
}
