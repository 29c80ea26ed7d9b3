import Tensors

/// One directed layer of a deep belief network, and the recognition weights that run against it.
///
/// Downwards p(v | h) has the fields hᵀG and biases c; upwards q(h_j = 1 | u) = σ(r_j + R_j·u). After greedy
/// training both matrices are the machine's own; up-down learning unties them.
public struct BeliefLayer: Sendable {
  /// R, [above, below].
  public let recognitionWeights: Tensor
  /// G, [above, below].
  public let generativeWeights: Tensor
  /// The units below, with the generative biases c.
  public let below: UnitLayer
  /// The units above, with the recognition biases r.
  public let above: UnitLayer

  /// A trained machine in both roles: the same tensors.
  public init(_ machine: RestrictedBoltzmannMachine) {
    (recognitionWeights, generativeWeights) = (machine.weights, machine.weights)
    (below, above) = (machine.visibleLayer, machine.hiddenLayer)
  }

  /// Parameters of its own, named as `slices` says.
  init(_ parameters: ParameterSet, index: Int, below units: UnitKind) {
    let names = Self.names(index)
    recognitionWeights = parameters[names[0]]
    generativeWeights = parameters[names[2]]
    above = UnitLayer(.bernoulli, bias: parameters[names[1]], logVariance: nil)
    below = UnitLayer(units, bias: parameters[names[3]], logVariance: nil)
  }

  /// The names and shapes of an untied layer's parameters: R, r, G and c.
  static func slices(
    _ index: Int, below: Int, above: Int
  ) -> [(name: String, shape: [Int])] {
    Array(zip(names(index), [[above, below], [above], [above, below], [below]])).map {
      (name: $0, shape: $1)
    }
  }

  private static func names(_ index: Int) -> [String] {
    ["recognition/weights", "recognition/bias", "generative/weights", "generative/bias"].map {
      "up-down/\(index + 1)/\($0)"
    }
  }

  /// Takes the values of a layer of the same sizes.
  func assign(_ other: BeliefLayer) {
    recognitionWeights.assign(other.recognitionWeights)
    generativeWeights.assign(other.generativeWeights)
    above.bias.assign(other.above.bias)
    below.bias.assign(other.below.bias)
  }
}

extension SampleMap {
  /// The way up through a layer: means of its units, or samples where the map is given draws.
  /// - Parameters:
  ///   - round: tells the draws of several layers apart.
  ///   - drawsFrom: the seed of the draws; nil gives means always.
  public init(upThrough layer: BeliefLayer, round: Int = 0, drawsFrom seed: UInt64? = nil) {
    let rooms = Rooms(layer.below.count)
    let stream = seed.map { RandomStream(seed: $0, purpose: .upPass) }
    self.init(width: layer.above.count) { samples, results, draws in
      guard samples.shape[0] > 0 else { return }
      let u = rooms.room(samples.shape[0])
      layer.below.inputs(samples, labels: nil, into: u)
      multiply(u, .none, layer.recognitionWeights, .transposed, into: results)
      if let stream, let draws {
        layer.above.sample(
          results, into: results, stream.at(step: draws.step, round: round), draws.ids)
      } else {
        layer.above.means(results)
      }
    }
  }

  /// The way down through a layer: means of the units below in the data's scale.
  public init(downThrough layer: BeliefLayer) {
    let rooms = Rooms(layer.below.count)
    self.init(width: layer.below.sampleWidth) { samples, results in
      guard samples.shape[0] > 0 else { return }
      let u = rooms.room(samples.shape[0])
      multiply(samples, .none, layer.generativeWeights, .none, into: u)
      layer.below.means(u)
      layer.below.outputs(u, into: results)
    }
  }
}
