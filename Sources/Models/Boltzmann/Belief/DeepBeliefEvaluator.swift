import Objectives
import Tensors

/// How well a deep belief network knows classes, and how well it gives samples back.
///
/// - Error rate: the percentage of samples whose label is not the one of least free energy in the top machine.
/// - Label cross-entropy: −log p(label | penultimate units), in nats.
/// - Reconstruction error: the squared distance of a sample and what comes back from its penultimate means.
/// - Free energy: F of the top machine, of penultimate means and the label; its gap, of training less that of
///   test samples, falls below zero when the machine learns the former by heart.
public final class DeepBeliefEvaluator: Evaluator {
  /// Errors, cross-entropy, squared error and free energy; behind them, of test samples, how often a class is
  /// taken for another.
  public var width: Int { confusion.width }
  /// What test samples of each class are taken for.
  public private(set) var tables: [EvaluationTable] = []
  /// The error rate, or the reconstruction error of a network without classes.
  public var criterion: EvaluationCriterion? {
    EvaluationCriterion(
      network.classes > 0 ? "error_rate" : "reconstruction_error", prefersLess: true)
  }
  private let network: DeepBeliefNetwork
  private let confusion: ConfusionCounts
  private let scores: LabelScores
  private let up: SampleMap?
  private let down: SampleMap?
  private let codes: Rooms
  private let inputs: Rooms
  private let fields: Rooms
  private let results: Rooms

  /// - Parameter drawsFrom: the seed of a sampled up-pass, drawn by the samples' places in their dataset;
  ///   nil takes means.
  public init(_ network: DeepBeliefNetwork, drawsFrom seed: UInt64? = nil) {
    self.network = network
    confusion = ConfusionCounts(classes: network.classes, behind: 4)
    (up, down) = (network.upPass(drawsFrom: seed), network.downPass())
    scores = LabelScores(network.top)
    (codes, results) = (Rooms(network.penultimate), Rooms(network.sampleWidth))
    (inputs, fields) = (Rooms(network.top.visible), Rooms(network.top.hidden))
  }

  /// Takes the weights as they are now.
  public func begin() { scores.begin() }

  /// Sums over the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    let h = codes.room(shard.rows)
    if let up {
      up.apply(shard.samples, h, draws: SampleMap.Draws(step: 0, ids: shard.ids))
    } else {
      h.assign(shard.samples)
    }
    if network.classes > 0 { addLabels(h, shard, split, sums) } else { addFreeEnergy(h, sums) }
    guard split == .test else { return }
    addReconstruction(h, shard, sums)
  }

  private func addLabels(
    _ h: Tensor, _ shard: Batch.Shard, _ split: EvaluationSplit,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    scores.forEach(h) { row, scores, own in
      let label = Int(shard.labels[row])
      guard scores.indices.contains(label) else { return }
      let score = scores[label]
      // Scores that are no numbers are errors: no comparison with them holds.
      let isRight = scores.indices.allSatisfy {
        $0 == label || scores[$0] < score || (scores[$0] == score && label < $0)
      }
      sums[0] += isRight ? 0 : 100
      sums[1] += logSumExp(scores) - score
      sums[3] -= own + score
      guard split == .test, let best = scores.max() else { return }
      // The first of equals, as above.
      confusion.add(label: label, guess: scores.firstIndex(of: best) ?? label, to: sums)
    }
  }

  private func addFreeEnergy(_ h: Tensor, _ sums: UnsafeMutablePointer<Double>) {
    let (rows, top) = (h.shape[0], network.top)
    let (u, field) = (inputs.room(rows), fields.room(rows))
    top.visibleLayer.inputs(h, labels: nil, into: u)
    sums[3] += top.freeEnergy(u, activations: field)
  }

  private func addReconstruction(
    _ h: Tensor, _ shard: Batch.Shard, _ sums: UnsafeMutablePointer<Double>
  ) {
    guard let down else { return }
    let result = results.room(shard.rows)
    down.apply(h, result)
    sums[2] += shard.samples.squaredDistance(to: result)
  }

  /// Means over samples.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    var values: [(name: String, value: Double)] = []
    tables = confusion.table(test).map { [$0] } ?? []
    if network.classes > 0 {
      values = [("error_rate", test.mean(0)), ("label_cross_entropy", test.mean(1))]
      if let train { values.append(("train_error_rate", train.mean(0))) }
    }
    if down != nil { values.append(("reconstruction_error", test.mean(2))) }
    values.append(("free_energy", test.mean(3)))
    if let train { values.append(("free_energy_gap", train.mean(3) - test.mean(3))) }
    return values
  }
}
