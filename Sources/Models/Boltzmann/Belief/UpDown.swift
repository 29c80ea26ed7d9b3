import CKernels
import Objectives
import Tensors
import Timeline

/// Up-down learning of a deep belief network: contrastive wake–sleep, as sums over the samples of a batch.
///
/// Wake: samples go up, drawn by the recognition weights; each generative layer learns to give back what
/// lies below it. In between the top machine, which sees the penultimate samples and the labels, learns by
/// contrastive divergence of k Gibbs steps. Sleep: from where its chains end samples go down, drawn by the
/// generative weights; each recognition layer learns to tell what lies above.
///
/// With states v of one layer and h of the next, the sums are gradients of −log p(v | h) over waking samples,
/// of −log q(h | v) over dreams, and of the top machine's contrastive divergence. As many dreams as samples:
/// one division by the batch's number suffices.
/// Source: Hinton, Osindero and Teh, "A fast learning algorithm for deep belief nets", 2006, section 5 and
/// appendix B. Unlike there, the top machine's statistics take probabilities for h, which have the same mean
/// and less noise.
public final class UpDown: Objective {
  /// The network, whose recognition and generative weights are its own.
  public let network: DeepBeliefNetwork
  /// One phase, whose slices are named like the parameters.
  public let phases: [Phase]
  /// The squared distance of a sample and its means given the first hidden layer's waking states, summed
  /// over dimensions.
  public let metrics = ["reconstruction_error"]

  private let gibbsSchedule: Schedule
  private let stream: RandomStream
  /// [below, above] of every layer, and [visible, hidden] of the top: the weights of this step.
  private let transposedRecognition: [Tensor]
  private let transposedTop: Tensor
  private let spaces: RowSpaces<UpDownSpace>
  private var gibbsSteps = 1

  /// All weights and biases.
  public var parameters: ParameterSet { network.parameters }

  /// - Parameters:
  ///   - network: an untied one.
  ///   - gibbsSteps: sweeps of the top machine a step, by epoch.
  public init(_ network: DeepBeliefNetwork, gibbsSteps: Schedule, seed: UInt64) {
    precondition(!network.layers.isEmpty, "a directed layer to be learned")
    self.network = network
    gibbsSchedule = gibbsSteps
    spaces = RowSpaces { UpDownSpace(rows: $0, network) }
    phases = [Phase(name: "up_down", sums: network.parameters.layout)]
    stream = RandomStream(seed: seed, purpose: .upDown)
    transposedRecognition = network.layers.map { Tensor($0.below.count, $0.above.count) }
    transposedTop = Tensor(network.top.visible, network.top.hidden)
    begin(epoch: 0)
  }

  /// Takes the number of Gibbs sweeps from its schedule.
  public func begin(epoch: Int) {
    gibbsSteps = max(Int(gibbsSchedule.value(epoch: epoch).rounded()), 1)
  }

  /// All passes of this rank's shards, one after the other.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) {
    for (layer, transposed) in zip(network.layers, transposedRecognition) {
      transpose(layer.recognitionWeights, into: transposed)
    }
    transpose(network.top.weights, into: transposedTop)
    for (place, shard) in batch.shards.enumerated() {
      let space = spaces.space(shard.rows)
      if shard.rows > 0 {
        Detail.during("wake") { goUp(shard, space, batch.step) }
        Detail.during("top machine") { runChain(shard, space, batch.step) }
        Detail.during("dream") { goDown(shard, space, batch.step) }
        Detail.during("recognition of dreams") { recognizeDreams(space) }
        accumulator.addMetric(0, space.error, count: shard.rows, at: place)
      }
      Detail.during("statistics") { statistics(space, accumulator, place) }
    }
  }

  // MARK: - Draws

  /// The rounds of a step: the way up, the top's h, its sweeps, the way down.
  private var topRound: Int { network.layers.count }
  private func downRound(_ layer: Int) -> Int { topRound + 1 + 2 * gibbsSteps + layer }

  // MARK: - Passes

  /// Samples of every layer given the one below.
  private func goUp(_ shard: Batch.Shard, _ space: UpDownSpace, _ step: Int) {
    network.layers[0].below.inputs(shard.samples, labels: nil, into: space.wake[0])
    for (index, layer) in network.layers.enumerated() {
      let means = space.recognized[index]
      multiply(space.wake[index], .none, transposedRecognition[index], .none, into: means)
      layer.above.sample(
        means, into: space.wake[index + 1], stream.at(step: step, round: index), shard.ids)
    }
  }

  /// Contrastive divergence of the top machine; its last visible samples begin the way down.
  private func runChain(_ shard: Batch.Shard, _ space: UpDownSpace, _ step: Int) {
    let (top, data, chain) = (network.top, space.top.data, space.top.chain)
    top.visibleLayer.inputs(space.wake[topRound], labels: shard.labels, into: data.visible)
    top.sampleHidden(
      data.visible, means: data.hidden, samples: space.drivers,
      stream: stream.at(step: step, round: topRound), ids: shard.ids,
      transposedWeights: transposedTop)
    for sweep in 0..<gibbsSteps {
      let round = topRound + 1 + 2 * sweep
      top.sampleVisible(
        space.drivers, means: space.chainMeans, samples: chain.visible,
        stream: stream.at(step: step, round: round), ids: shard.ids)
      if sweep == gibbsSteps - 1 {
        top.hiddenMeans(chain.visible, into: chain.hidden, transposedWeights: transposedTop)
      } else {
        top.sampleHidden(
          chain.visible, means: chain.hidden, samples: space.drivers,
          stream: stream.at(step: step, round: round + 1), ids: shard.ids,
          transposedWeights: transposedTop)
      }
    }
    top.visibleLayer.outputs(chain.visible, into: space.dream[topRound])
  }

  /// One product a layer gives both what it says of the waking states and the next dreams: those rows lie
  /// one above the other. Leaves the errors of the former in the upper rows. Dreams of samples that are on or
  /// off are means, as the samples themselves are grey; real-valued ones have the noise of p(v | h), which
  /// recognition must learn to see through.
  private func goDown(_ shard: Batch.Shard, _ space: UpDownSpace, _ step: Int) {
    for (index, layer) in network.layers.enumerated().reversed() {
      multiply(
        space.states[index + 1], .none, layer.generativeWeights, .none, into: space.fields[index])
      if index == 0 && !layer.below.kind.isGaussian {
        layer.below.means(space.dreamFields[index])
        space.dream[index].assign(space.dreamFields[index])
      } else {
        layer.below.sample(
          space.dreamFields[index], into: space.dream[index],
          stream.at(step: step, round: downRound(index)), shard.ids)
      }
      layer.below.means(space.predicted[index])
      if index == 0 { space.error = space.wake[0].squaredDistance(to: space.predicted[0]) }
      subtract(space.wake[index], from: space.predicted[index])
    }
  }

  /// What the recognition weights say of dreams, less what was dreamt.
  private func recognizeDreams(_ space: UpDownSpace) {
    for (index, layer) in network.layers.enumerated() {
      let means = space.recognized[index]
      multiply(space.dream[index], .none, transposedRecognition[index], .none, into: means)
      layer.above.means(means)
      subtract(space.dream[index + 1], from: means)
    }
  }

  private func subtract(_ b: Tensor, from a: Tensor) {
    sdt_combine(1, a.pointer, -1, b.pointer, a.pointer, a.count)
  }

  // MARK: - Sums

  /// The slices of a layer are R, r, G and c; the top machine's follow them.
  private func statistics(_ space: UpDownSpace, _ accumulator: Accumulator, _ place: Int) {
    for index in network.layers.indices {
      let (first, errors) = (4 * index, space.recognized[index])
      multiply(
        errors, .transposed, space.dream[index], .none,
        into: accumulator.slice(first, at: place))
      errors.columnSums(into: accumulator.slice(first + 1, at: place))
      let missing = space.predicted[index]
      multiply(
        space.wake[index + 1], .transposed, missing, .none,
        into: accumulator.slice(first + 2, at: place))
      missing.columnSums(into: accumulator.slice(first + 3, at: place))
    }
    let first = 4 * network.layers.count
    network.top.statistics(space.top, ratio: 1) { accumulator.slice(first + $0, at: place) }
    accumulator.commit(at: place)
  }
}

/// Buffers of one shard's step.
private final class UpDownSpace {
  /// States of every layer from the samples' to the penultimate, [2 · rows, units]: waking ones above
  /// dreams; and views of both.
  let states: [Tensor]
  let wake: [Tensor]
  let dream: [Tensor]
  /// Of every directed layer [2 · rows, units below]: what it says of what lies below; and views of the
  /// waking and dreaming rows.
  let fields: [Tensor]
  let predicted: [Tensor]
  let dreamFields: [Tensor]
  /// Of every directed layer [rows, units above]: what recognition says.
  let recognized: [Tensor]
  /// The top machine's data and chains, samples of its h, and means of its visible units.
  let top: PhaseValues
  let drivers: Tensor
  let chainMeans: Tensor
  /// The squared error of the shard's samples.
  var error = 0.0

  init(rows: Int, _ network: DeepBeliefNetwork) {
    func room(_ width: Int) -> Tensor { Tensor(2 * rows, width) }
    states = network.layers.map { room($0.below.count) } + [room(network.penultimate)]
    wake = states.map { $0.rows(0..<rows) }
    dream = states.map { $0.rows(rows..<2 * rows) }
    fields = network.layers.map { room($0.below.count) }
    predicted = fields.map { $0.rows(0..<rows) }
    dreamFields = fields.map { $0.rows(rows..<2 * rows) }
    recognized = network.layers.map { Tensor(rows, $0.above.count) }
    top = PhaseValues(network.top, positive: rows, negative: rows)
    drivers = Tensor(rows, network.top.hidden)
    chainMeans = Tensor(rows, network.top.visible)
  }
}
