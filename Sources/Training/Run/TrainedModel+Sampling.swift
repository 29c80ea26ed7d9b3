import DataParallel
import Datasets
import MessagePassing
import Models
import Objectives
import Tensors

/// What to draw from a trained model.
public struct DrawOptions: Sendable {
  /// The number of samples; of a model of classes, of each class.
  public var count: Int
  /// The number of sweeps of a chain.
  public var sweeps: Int
  /// What the draws are keyed by.
  public var seed: UInt64
  /// Whether chains start at the first test samples, and not at random.
  public var fromData: Bool
  /// The classes to draw from; empty is all that the model knows.
  public var classes: [Int]
  /// The number of replicas of a chain, at as many temperatures.
  public var temperatures: Int

  /// What to draw.
  public init(
    count: Int, sweeps: Int = 1, seed: UInt64 = 1, fromData: Bool = false, classes: [Int] = [],
    temperatures: Int = 1
  ) {
    (self.count, self.sweeps, self.seed) = (count, sweeps, seed)
    (self.fromData, self.classes, self.temperatures) = (fromData, classes, temperatures)
  }
}

/// Samples, class after class.
public struct DrawnSamples {
  /// [n, visible].
  public let samples: Tensor
  /// The classes that they were drawn from, each as often as the next; empty without classes.
  public let classes: [Int]
  /// Exchanges of each replica and the next hotter one, from β = 1 on; empty without replicas.
  public var exchanges: [ExchangeCount] = []

  /// The class of every sample, [n]; empty without classes.
  public var labels: [Int32] {
    guard !classes.isEmpty else { return [] }
    let each = samples.shape[0] / classes.count
    return classes.flatMap { Array(repeating: Int32($0), count: each) }
  }
}

extension TrainedModel {
  /// Draws samples on all ranks; rank 0 gets them, others nothing.
  public func sample(_ options: DrawOptions) throws -> DrawnSamples? {
    guard let sampler = stage.sampler else {
      throw refusal("a model of family \(checkpoint.family) has nothing to sample from")
    }
    guard stage.samplerStarts || !options.fromData else {
      throw refusal(
        "--from-data is for models that sample by chains, and this one of family "
          + "\(checkpoint.family) has none that could start at samples; leave --from-data out")
    }
    guard stage.samplerTempers || options.temperatures == 1 else {
      throw refusal(
        "--temperatures is for restricted Boltzmann machines, and this is a model of family "
          + "\(checkpoint.family); leave --temperatures out")
    }
    let classes = try classes(options)
    try estimateStatistics()
    let count = options.count * max(classes.count, 1)
    let start = options.fromData ? try examples(count) : nil
    // Fixed groups of chains keep the shapes of products the same on any number of ranks.
    let groups = (count + Self.group - 1) / Self.group
    var own: [Float] = []
    var exchanged = [Double](repeating: 0, count: 2 * (options.temperatures - 1))
    for group in part(communicator.rank, of: communicator.size, in: groups) {
      let chains = group * Self.group..<(group + 1) * Self.group
      var request = SampleRequest(
        chains: chains, start: start.map { rows(chains, of: $0) }, sweeps: options.sweeps,
        seed: options.seed,
        labels: classes.isEmpty
          ? [] : chains.map { Int32(classes[min($0, count - 1) / options.count]) })
      request.temperatures = options.temperatures
      request.reportExchanges = { counts in
        for (k, count) in counts.enumerated() {
          exchanged[2 * k] += Double(count.taken)
          exchanged[2 * k + 1] += Double(count.offered)
        }
      }
      own += sampler(request).elements
    }
    let all = try own.withUnsafeBufferPointer { try communicator.gather($0) }
    let exchanges = try sums(exchanged)
    guard communicator.rank == 0 else { return nil }
    let samples = Tensor(
      shape: [count, shape.count], elements: Array(all.prefix(count * shape.count)))
    return DrawnSamples(samples: samples, classes: classes, exchanges: exchanges)
  }

  /// Counts of exchanges over all ranks, of those of this one, taken and offered by turns.
  private func sums(_ own: [Double]) throws -> [ExchangeCount] {
    guard !own.isEmpty else { return [] }
    let all = try RankGather(communicator).gather(
      own, counts: Array(repeating: own.count, count: communicator.size))
    func sum(_ place: Int) -> Int {
      Int(stride(from: place, to: all.count, by: own.count).reduce(0) { $0 + all[$1] })
    }
    return (0..<own.count / 2).map {
      ExchangeCount(taken: sum(2 * $0), offered: sum(2 * $0 + 1))
    }
  }

  /// Whether the model is evaluated with standing statistics.
  var estimatesStatistics: Bool {
    ((stage.objective as? any StandingStatistics)?.standingWidth ?? 0) > 0
  }

  /// Standing statistics need the training data.
  func estimateStatistics() throws {
    guard estimatesStatistics else { return }
    try StandingPass(stage.objective, data(), across)?.run()
  }

  /// The classes to draw from; none of a model that takes no labels.
  private func classes(_ options: DrawOptions) throws -> [Int] {
    guard let known = configuration.model.classes else {
      guard options.classes.isEmpty else {
        throw refusal(
          "--classes is for models that take labels, and this one of family \(checkpoint.family) takes "
            + "none; leave --classes out")
      }
      return []
    }
    if let bad = options.classes.first(where: { $0 < 0 || $0 >= known }) {
      throw refusal(
        "--classes names class \(bad), but the model knows the classes from 0 to \(known - 1)")
    }
    return options.classes.isEmpty ? Array(0..<known) : options.classes
  }

  /// What all ranks find alike.
  func refusal(_ line: String) -> RankFailure {
    RankFailure(status: .badInput, rank: 0, description: line)
  }

  /// The first samples of the test set.
  func examples(_ count: Int) throws -> Tensor {
    let data = try data()
    guard let test = data.test else { throw Self.noTestSet }
    return try together(communicator) {
      guard count <= test.count else {
        throw UsageError("--count is \(count) but the test set has only \(test.count) samples")
      }
      return try data.examples(count).samples
    }
  }

  /// Rows of samples; beyond the last one they begin again.
  func rows(_ rows: Range<Int>, of samples: Tensor) -> Tensor {
    let copy = Tensor(rows.count, shape.count)
    for (place, row) in rows.enumerated() {
      let row = row % samples.shape[0]
      copy.rows(place..<place + 1).assign(samples.rows(row..<row + 1))
    }
    return copy
  }

  static let group = 64
}
