import Foundation
import Tensors

/// A restricted Boltzmann machine: visible units u and hidden units h, connected with each other and not
/// among themselves.
///
/// −E(u, h) = hᵀWu + (what each layer adds by itself). With Bernoulli units E(x, h) = −hᵀWx − cᵀx − bᵀh, so
/// that p(h_j = 1 | x) = σ(b_j + W_j·x) and p(x_k = 1 | h) = σ(c_k + hᵀW_·k). With Gaussian visible units of
/// noise σ_i, u = x / σ, and x_k given h is normal around c_k + σ_k hᵀW_·k with variance σ_k². With Gaussian
/// hidden units h_j given x is normal around b_j + W_j·x with variance 1.
/// Sources: Smolensky, "Information processing in dynamical systems: foundations of harmony theory", 1986;
/// Hinton, "A practical guide to training restricted Boltzmann machines", 2010; Cho, Ilin and Raiko,
/// "Improved learning of Gaussian–Bernoulli restricted Boltzmann machines", 2011; Melchior, Wang and
/// Wiskott, "Gaussian-binary restricted Boltzmann machines for modeling natural image statistics", 2017.
public struct RestrictedBoltzmannMachine: Sendable {
  /// Weights [hidden, visible], hidden biases [hidden], visible biases [visible], and where σ is learned
  /// log σ² [visible].
  public let parameters: ParameterSet
  /// The visible units.
  public let visibleLayer: UnitLayer
  /// The hidden units.
  public let hiddenLayer: UnitLayer
  /// The number of visible units.
  public var visible: Int { visibleLayer.count }
  /// The number of hidden units.
  public var hidden: Int { hiddenLayer.count }

  let weights: Tensor
  var hiddenBias: Tensor { hiddenLayer.bias }
  var visibleBias: Tensor { visibleLayer.bias }

  /// All weights and biases zero.
  /// - Parameters:
  ///   - visible: the number of visible units, those of a label included.
  ///   - hiddenUnits: Bernoulli, or Gaussian of unit deviation.
  ///   - prefix: what stands before the parameters' names, such as `pretraining/1/`.
  ///   - memory: holds the parameters as it is, where they are a part of others; nil is zeros.
  public init(
    visible: Int, hidden: Int, visibleUnits: UnitKind = .bernoulli,
    hiddenUnits: UnitKind = .bernoulli, prefix: String = "", memory: Tensor? = nil
  ) {
    precondition(
      hiddenUnits == .bernoulli || hiddenUnits == .gaussian(.unit), "hidden units of these kinds")
    precondition(visibleUnits.classes < visible, "units beside those of the label")
    var slices = [
      (prefix + "weights", [hidden, visible]), (prefix + "hidden_bias", [hidden]),
      (prefix + "visible_bias", [visible]),
    ]
    if case .gaussian(.learned) = visibleUnits {
      slices.append((prefix + "log_variance", [visible]))
    }
    let layout = SliceLayout(slices)
    let parameters = memory.map { ParameterSet(layout, memory: $0) } ?? ParameterSet(layout)
    self.parameters = parameters
    weights = parameters[prefix + "weights"]
    hiddenLayer = UnitLayer(
      hiddenUnits, bias: parameters[prefix + "hidden_bias"], logVariance: nil)
    let logVariance = Self.logVariance(visibleUnits, visible) {
      parameters[prefix + "log_variance"]
    }
    visibleLayer = UnitLayer(
      visibleUnits, bias: parameters[prefix + "visible_bias"], logVariance: logVariance)
  }

  private static func logVariance(
    _ units: UnitKind, _ count: Int, learned: () -> Tensor
  ) -> Tensor? {
    guard case .gaussian(let deviation) = units else { return nil }
    switch deviation {
    case .unit: return nil
    case .fixed(let deviation):
      let constant = Tensor(count)
      constant.fill(2 * log(deviation))
      return constant
    case .learned(let initial):
      let parameter = learned()
      parameter.fill(2 * log(initial))
      return parameter
    }
  }

  /// The means of h given samples in the data's scale, [rows, hidden], in memory of their own.
  /// - Parameter labels: [rows], where the machine has units for them.
  public func codes(_ samples: Tensor, labels: UnsafePointer<Int32>? = nil) -> Tensor {
    let (u, means) = (Tensor(samples.shape[0], visible), Tensor(samples.shape[0], hidden))
    visibleLayer.inputs(samples, labels: labels, into: u)
    hiddenMeans(u, into: means)
    return means
  }

  /// The means of samples in the data's scale, [rows, sample width], given h [rows, hidden].
  public func reconstructions(_ h: Tensor) -> Tensor {
    let u = Tensor(h.shape[0], visible)
    let samples = Tensor(h.shape[0], visibleLayer.sampleWidth)
    visibleMeans(h, into: u)
    visibleLayer.outputs(u, into: samples)
    return samples
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

  /// The means of h given u of every row, [rows, hidden], from u [rows, visible]: p(h = 1 | u) of
  /// Bernoulli units.
  public func hiddenMeans(_ u: Tensor, into means: Tensor, transposedWeights: Tensor? = nil) {
    hiddenFields(u, transposedWeights, into: means)
    hiddenLayer.means(means)
  }

  /// W u of every row. A product with W transposed beforehand, [visible, hidden], is faster: OpenBLAS
  /// lays the weights out for its kernel in every call, and transposing them on the way costs it more
  /// than one transposition a step.
  func hiddenFields(_ u: Tensor, _ transposedWeights: Tensor?, into fields: Tensor) {
    if let transposedWeights {
      multiply(u, .none, transposedWeights, .none, into: fields)
    } else {
      multiply(u, .none, weights, .transposed, into: fields)
    }
  }

  /// The means of u given h of every row, [rows, visible], from h [rows, hidden]: p(u = 1 | h) of
  /// Bernoulli units.
  public func visibleMeans(_ h: Tensor, into means: Tensor) {
    multiply(h, .none, weights, .none, into: means)
    visibleLayer.means(means)
  }

  /// Means and samples of h given u; row r draws as item `ids[r]`. Both [rows, hidden].
  public func sampleHidden(
    _ u: Tensor, means: Tensor, samples: Tensor, stream: RandomStream, ids: UnsafePointer<UInt32>,
    transposedWeights: Tensor? = nil
  ) {
    hiddenFields(u, transposedWeights, into: means)
    hiddenLayer.sample(means, into: samples, stream, ids)
  }

  /// Means and samples of u given h; row r draws as item `ids[r]`. Both [rows, visible].
  public func sampleVisible(
    _ h: Tensor, means: Tensor, samples: Tensor, stream: RandomStream, ids: UnsafePointer<UInt32>
  ) {
    multiply(h, .none, weights, .none, into: means)
    visibleLayer.sample(means, into: samples, stream, ids)
  }
}
