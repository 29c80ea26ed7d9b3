import CKernels
import Tensors

/// What the hidden units of a machine are.
public enum HiddenUnits: Sendable, Equatable {
  /// On or off.
  case bernoulli
  /// Linear with noise of variance 1: E has ½hᵀh besides, and h_j given x is normal around b_j + W_j·x
  /// (Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", 2006).
  case gaussian
}

/// A restricted Boltzmann machine of Bernoulli visible units.
///
/// With Bernoulli hidden units E(x, h) = −hᵀWx − cᵀx − bᵀh, so that p(h_j = 1 | x) = σ(b_j + W_j·x)
/// and p(x_k = 1 | h) = σ(c_k + hᵀW_·k).
/// Source: Smolensky, "Information processing in dynamical systems: foundations of harmony
/// theory", 1986; Hinton, "A practical guide to training restricted Boltzmann machines", 2010.
public struct RestrictedBoltzmannMachine: Sendable {
  /// Weights [hidden, visible], hidden biases [hidden], visible biases [visible].
  public let parameters: ParameterSet
  /// The number of visible units.
  public let visible: Int
  /// The number of hidden units.
  public let hidden: Int
  /// What the hidden units are.
  public let hiddenUnits: HiddenUnits

  let weights: Tensor
  let hiddenBias: Tensor
  let visibleBias: Tensor

  /// All parameters zero.
  /// - Parameter prefix: what stands before the parameters' names, such as `pretraining/1/`.
  public init(
    visible: Int, hidden: Int, hiddenUnits: HiddenUnits = .bernoulli, prefix: String = ""
  ) {
    self.visible = visible
    self.hidden = hidden
    self.hiddenUnits = hiddenUnits
    parameters = ParameterSet(
      SliceLayout([
        (prefix + "weights", [hidden, visible]), (prefix + "hidden_bias", [hidden]),
        (prefix + "visible_bias", [visible]),
      ]))
    weights = parameters[prefix + "weights"]
    hiddenBias = parameters[prefix + "hidden_bias"]
    visibleBias = parameters[prefix + "visible_bias"]
  }

  /// Draws the weights from N(0, deviation²); biases become zero.
  /// - Parameter round: tells the draws of several machines of a run apart.
  public func initialize(seed: UInt64, deviation: Float, round: Int = 0) {
    let stream = RandomStream(seed: seed, purpose: .initialization).at(step: 0, round: round)
    for unit in 0..<hidden {
      stream.normal(item: unit, into: weights.rows(unit..<unit + 1).buffer)
    }
    weights.scale(by: deviation)
    hiddenBias.fill(0)
    visibleBias.fill(0)
  }

  /// The means of h given x of every row, [rows, hidden], from x [rows, visible]: p(h = 1 | x) of
  /// Bernoulli units.
  public func hiddenMeans(_ x: Tensor, into means: Tensor, transposedWeights: Tensor? = nil) {
    activateHidden(x, transposedWeights, into: means)
    switch hiddenUnits {
    case .bernoulli: sdt_bernoulli_mean(means.pointer, hiddenBias.pointer, x.shape[0], hidden)
    case .gaussian: addHiddenBias(to: means)
    }
  }

  private func addHiddenBias(to activations: Tensor) {
    sdt_bias_activate(
      activations.pointer, activations.pointer, hiddenBias.pointer, activations.shape[0], hidden, 1,
      SDT_IDENTITY, 0)
  }

  /// W x of every row. A product with W transposed beforehand, [visible, hidden], is faster: OpenBLAS
  /// lays the weights out for its kernel in every call, and transposing them on the way costs it more
  /// than one transposition a step.
  private func activateHidden(_ x: Tensor, _ transposedWeights: Tensor?, into result: Tensor) {
    if let transposedWeights {
      multiply(x, .none, transposedWeights, .none, into: result)
    } else {
      multiply(x, .none, weights, .transposed, into: result)
    }
  }

  /// p(x = 1 | h) of every row, [rows, visible], from h [rows, hidden].
  public func visibleMeans(_ h: Tensor, into means: Tensor) {
    multiply(h, .none, weights, .none, into: means)
    sdt_bernoulli_mean(means.pointer, visibleBias.pointer, h.shape[0], visible)
  }

  /// Means and samples of h given x; row r draws as item `ids[r]`. Both [rows, hidden].
  public func sampleHidden(
    _ x: Tensor, means: Tensor, samples: Tensor, stream: RandomStream, ids: UnsafePointer<UInt32>,
    transposedWeights: Tensor? = nil
  ) {
    activateHidden(x, transposedWeights, into: means)
    switch hiddenUnits {
    case .bernoulli:
      sdt_bernoulli_sample(
        means.pointer, samples.pointer, hiddenBias.pointer, x.shape[0], hidden, stream.kernel, ids)
    case .gaussian:
      addHiddenBias(to: means)
      for row in 0..<x.shape[0] {
        let start = samples.pointer + row * hidden
        stream.normal(
          item: Int(ids[row]), into: UnsafeMutableBufferPointer(start: start, count: hidden))
      }
      samples.add(means)
    }
  }

  /// Means and samples of x given h; row r draws as item `ids[r]`. Both [rows, visible].
  public func sampleVisible(
    _ h: Tensor, means: Tensor, samples: Tensor, stream: RandomStream, ids: UnsafePointer<UInt32>
  ) {
    multiply(h, .none, weights, .none, into: means)
    sdt_bernoulli_sample(
      means.pointer, samples.pointer, visibleBias.pointer, h.shape[0], visible, stream.kernel, ids)
  }
}
