import Tensors

/// Which units of a Boltzmann machine are connected.
public enum BoltzmannConnections: String, Sendable, CaseIterable {
  /// All of them.
  case all
  /// All but hidden ones with each other: then the hidden units given the visible ones are independent.
  case semiRestricted = "semi-restricted"
  /// Visible with hidden units alone: a restricted Boltzmann machine.
  case restricted
}

/// A general Boltzmann machine: binary units x = (visible, hidden), symmetric weights W without a
/// diagonal, biases c.
///
/// E(x) = −xᵀWx − cᵀx and p(x) = exp(−E(x)) / Z. There is no ½, so each pair counts twice:
/// p(x_i = 1 | rest) = σ(2 Σ_j W_ij x_j + c_i), and ∂E/∂W_ij = −2 x_i x_j for a pair i ≠ j, whose two
/// entries of W are one parameter.
///
/// The parameters are the pairs themselves and not the matrix: the strict upper triangles among visible
/// and among hidden units are packed row by row, and what lies between is a rectangle. So W is
/// symmetric with a zero diagonal whatever an optimizer does, nothing is stored, sent or decayed twice,
/// a norm counts each parameter once, and connections that a machine does not have are slices it does
/// not have.
/// Source: Ackley, Hinton, Sejnowski, "A learning algorithm for Boltzmann machines", 1985.
public struct BoltzmannMachine: Sendable {
  /// What there is of `visible_weights` [1, visible (visible − 1) / 2], `weights` [hidden, visible],
  /// `hidden_weights` [1, hidden (hidden − 1) / 2], `visible_bias` [visible], `hidden_bias` [hidden].
  /// Weights have two axes, so that they decay.
  public let parameters: ParameterSet
  /// The number of visible units.
  public let visible: Int
  /// The number of hidden units; may be 0.
  public let hidden: Int
  /// Which units are connected.
  public let connections: BoltzmannConnections

  let visibleWeights: Tensor?
  let weights: Tensor?
  let hiddenWeights: Tensor?
  let visibleBias: Tensor
  let hiddenBias: Tensor?

  /// The number of all units.
  public var units: Int { visible + hidden }

  /// All parameters zero.
  /// - Precondition: `visible` is at least 1, and a restricted machine has hidden units.
  public init(visible: Int, hidden: Int, connections: BoltzmannConnections = .all) {
    precondition(visible > 0 && hidden >= 0, "units")
    precondition(hidden > 0 || connections != .restricted, "a restricted machine has hidden units")
    (self.visible, self.hidden, self.connections) = (visible, hidden, connections)
    let shapes = [
      ("visible_weights", [1, connections == .restricted ? 0 : visible * (visible - 1) / 2]),
      ("weights", [hidden, visible]),
      ("hidden_weights", [1, connections == .all ? hidden * (hidden - 1) / 2 : 0]),
      ("visible_bias", [visible]), ("hidden_bias", [hidden]),
    ]
    let parameters = ParameterSet(
      SliceLayout(shapes.filter { $0.1.reduce(1, *) > 0 }.map { (name: $0.0, shape: $0.1) }))
    func tensor(_ name: String) -> Tensor? {
      parameters.layout[name].map { _ in parameters[name] }
    }
    self.parameters = parameters
    visibleWeights = tensor("visible_weights")
    weights = tensor("weights")
    hiddenWeights = tensor("hidden_weights")
    visibleBias = parameters["visible_bias"]
    hiddenBias = tensor("hidden_bias")
  }

  /// Draws the weights from N(0, deviation²); biases become zero.
  public func initialize(seed: UInt64, deviation: Float) {
    let stream = RandomStream(seed: seed, purpose: .initialization)
    parameters.flat.fill(0)
    for (item, weights) in [visibleWeights, weights, hiddenWeights].enumerated() {
      guard let weights else { continue }
      stream.normal(item: item, into: weights.buffer)
      weights.scale(by: deviation)
    }
  }
}
