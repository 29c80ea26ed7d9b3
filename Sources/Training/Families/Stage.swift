import Models
import Objectives
import Optimizers
import Tensors

/// What a curriculum says of one of its stages before it is built.
public struct StagePlan: Sendable {
  /// The name, such as `rbm` or `layer-2`.
  public var name: String
  /// The number of epochs; nil is `training.epochs`.
  public var epochs: Int?
  /// What moves the parameters; nil is what `optimizer` says.
  public var optimizer: OptimizerChoice?

  /// A plan.
  public init(name: String, epochs: Int? = nil, optimizer: OptimizerChoice? = nil) {
    self.name = name
    self.epochs = epochs
    self.optimizer = optimizer
  }
}

/// One entry of a curriculum: an objective, and how its model is judged and looked at.
public struct Stage {
  /// The name, such as `rbm` or `layer-2`.
  public let name: String
  /// What is trained.
  public let objective: any Objective
  /// How it is judged.
  public let evaluator: (any Evaluator)?
  /// The hidden code of samples, and its width; nil when the model has none.
  public let encoder: Encoder?
  /// Draws samples; nil when the model is not generative.
  public let sampler: Sampler?
  /// Whether the sampler can start at samples, as chains do.
  public let samplerStarts: Bool
  /// Whether the sampler takes replicas at several temperatures.
  public let samplerTempers: Bool
  /// Completes samples of which a part is known; nil when the model cannot.
  public let completer: Completer?
  /// What samples are: numbers of the data's scale, or from 0 to 1.
  public let sampleValues: Picture.Values
  /// What to look at, given a few test samples. Rank 0 calls this.
  public let pictures: (Examples) -> [Picture]
  /// Whether the codes of test samples are drawn as points in the plane, coloured by class.
  public let drawsCodes: Bool
  /// Parameters that optimizers treat in ways of their own.
  public let groups: [ParameterGroup]
  /// What the model makes of samples, both [rows, visible]; nil where it reconstructs none.
  public let reconstruct: ((Tensor) -> Tensor)?

  /// The hidden code of samples.
  public struct Encoder {
    /// The number of values of a code.
    public let width: Int
    /// Whether codes depend on labels; then samples without them have none.
    public let readsLabels: Bool
    /// [rows, width] from samples [rows, visible] and their labels [rows].
    public let encode: (_ samples: Tensor, _ labels: UnsafePointer<Int32>) -> Tensor
    /// Codes that are drawn, by the samples' places in their dataset; nil where codes are no draws.
    public private(set) var draw: ((_ samples: Tensor, _ ids: UnsafePointer<UInt32>) -> Tensor)?

    /// An encoder.
    public init(
      width: Int, readsLabels: Bool = false,
      encode: @escaping (_ samples: Tensor, _ labels: UnsafePointer<Int32>) -> Tensor
    ) {
      (self.width, self.readsLabels, self.encode) = (width, readsLabels, encode)
    }

    /// This encoder, whose codes of a dataset are drawn.
    public func drawing(
      _ draw: @escaping (_ samples: Tensor, _ ids: UnsafePointer<UInt32>) -> Tensor
    ) -> Encoder {
      var copy = self
      copy.draw = draw
      return copy
    }

    /// The codes of a shard of a dataset, [rows, width].
    func codes(_ shard: Batch.Shard) -> Tensor {
      draw.map { $0(shard.samples, shard.ids) } ?? encode(shard.samples, shard.labels)
    }
  }

  /// A stage; what it can be besides being trained may be left out.
  public init(
    name: String, objective: any Objective, evaluator: (any Evaluator)? = nil,
    encoder: Encoder? = nil, sampler: Sampler? = nil, samplerStarts: Bool = false,
    samplerTempers: Bool = false, completer: Completer? = nil,
    sampleValues: Picture.Values = .unit, pictures: @escaping (Examples) -> [Picture] = { _ in [] },
    drawsCodes: Bool = false, groups: [ParameterGroup] = [],
    reconstruct: ((Tensor) -> Tensor)? = nil
  ) {
    (self.name, self.objective, self.evaluator) = (name, objective, evaluator)
    (self.encoder, self.sampler, self.pictures) = (encoder, sampler, pictures)
    (self.samplerStarts, self.sampleValues) = (samplerStarts, sampleValues)
    (self.drawsCodes, self.groups) = (drawsCodes, groups)
    self.reconstruct = reconstruct
    (self.samplerTempers, self.completer) = (samplerTempers, completer)
  }

  /// Draws samples [chains, visible].
  public typealias Sampler = (SampleRequest) -> Tensor
  /// Completes the request's samples, [chains, visible], given whether each value is known, [visible].
  public typealias Completer = (SampleRequest, _ isKnown: [Bool]) -> Tensor
}

/// A few samples to draw pictures from.
public struct Examples {
  /// [n, visible].
  public let samples: Tensor
  /// Their labels; −1 without labels.
  public let labels: [Int32]

  /// Samples with labels.
  public init(samples: Tensor, labels: [Int32]) {
    self.samples = samples
    self.labels = labels
  }

  /// The first samples, at most so many.
  public func first(_ count: Int) -> Examples {
    let count = min(count, labels.count)
    return Examples(samples: samples.rows(0..<count), labels: Array(labels.prefix(count)))
  }
}

/// What to draw from a generative model.
public struct SampleRequest {
  /// The global indices of the draws, or of the chains that they come from.
  public var chains: Range<Int>
  /// Where chains start, [chains, visible]; nil is at random.
  public var start: Tensor?
  /// The number of sweeps of a chain.
  public var sweeps: Int
  /// What the draws are keyed by.
  public var seed: UInt64
  /// The class of every draw, of a model that takes labels.
  public var labels: [Int32]
  /// The number of replicas of a chain, at as many temperatures.
  public var temperatures = 1
  /// Is told of the exchanges between neighbours of these, of all chains together, from β = 1 on.
  public var reportExchanges: ([ExchangeCount]) -> Void = { _ in }

  /// A request.
  public init(
    chains: Range<Int>, start: Tensor? = nil, sweeps: Int = 1, seed: UInt64, labels: [Int32] = []
  ) {
    self.chains = chains
    self.start = start
    self.sweeps = sweeps
    self.seed = seed
    self.labels = labels
  }
}
