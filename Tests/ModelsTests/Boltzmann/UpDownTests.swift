import Foundation
import Objectives
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite("Up-down learning")
struct UpDownTests {
  /// An untied network of random parameters.
  static func network(
    _ widths: [Int], classes: Int, below: UnitKind = .bernoulli
  ) -> DeepBeliefNetwork {
    let machines = (0..<widths.count - 1).map { l in
      let labels = l == widths.count - 2 ? classes : 0
      return RestrictedBoltzmannMachine(
        visible: widths[l] + labels, hidden: widths[l + 1],
        visibleUnits: labels > 0 ? .labelled(classes: labels) : l == 0 ? below : .bernoulli)
    }
    let network = DeepBeliefNetwork(untying: DeepBeliefNetwork(machines))
    RandomStream(seed: 9, purpose: .chainStart).normal(
      item: 0, into: network.parameters.flat.buffer)
    return network
  }

  static func sample(_ id: Int, _ width: Int) -> [Float] {
    (0..<width).map { (i: Int) -> Float in Float((id * 5 + i * 3) % 8) / 7 }
  }

  /// The sums of a rank's shards over samples, added along the tree.
  static func sums(
    _ network: DeepBeliefNetwork, ids: [Int], shards: Int, classes: Int, step: Int
  ) -> (sums: Tensor, error: Double) {
    let layout = ShardLayout(shards: shards)
    let objective = UpDown(network, gibbsSteps: .list([1, 2]), seed: 21)
    objective.begin(epoch: 1)
    let accumulator = Accumulator(
      sums: objective.phases[0].sums, metrics: objective.metrics.count, layout: layout)
    let batch = Batch(shards: layout.local, width: network.sampleWidth) {
      layout.range(of: $0, in: ids.count).count
    }
    (batch.step, batch.globalCount) = (step, ids.count)
    for shard in layout.local {
      for (row, id) in ids[layout.range(of: shard, in: ids.count)].enumerated() {
        let piece = batch.shards[shard]
        piece.ids[row] = UInt32(id)
        piece.labels[row] = Int32(id % max(classes, 1))
        for (i, value) in sample(id, network.sampleWidth).enumerated() {
          piece.samples.pointer[row * network.sampleWidth + i] = value
        }
      }
    }
    // A step before leaves something in all buffers.
    for _ in 0..<2 {
      objective.accumulate(batch, phase: 0, into: accumulator, across: SoloSum())
    }
    accumulator.finish(stopRequested: false, finite: true)
    accumulator.merge(0..<accumulator.length)
    return (accumulator.root(0), accumulator.metricSums[0] / 2)
  }

  @Test(
    "the sums are those of plain loops with the same draws",
    arguments: [([6, 5, 4, 7], 3), ([6, 5, 7], 2), ([5, 4, 3, 4, 6], 0)],
    [UnitKind.bernoulli, .gaussian(.unit)])
  func reference(network: (widths: [Int], classes: Int), below: UnitKind) {
    let (widths, classes) = network
    let network = Self.network(widths, classes: classes, below: below)
    let layout = network.parameters.layout
    let values = Dictionary(
      uniqueKeysWithValues: layout.slices.map {
        ($0.name, network.parameters[$0.name].elements.map(Double.init))
      })
    let reference = UpDownReference(
      widths: widths, classes: classes, isGaussian: below.isGaussian, gibbsSteps: 2,
      parameters: values, seed: 21)
    let ids = [3, 0, 70_001, 12, 5, 6, 7]
    var expected = values.mapValues { $0.map { _ in 0.0 } }
    for id in ids {
      reference.add(
        sample: Self.sample(id, widths[0]).map(Double.init), label: id % max(classes, 1), id: id,
        step: 4, to: &expected)
    }
    let found = Self.sums(network, ids: ids, shards: 1, classes: classes, step: 4).sums
    for slice in layout.slices {
      let sums = found.view(offset: slice.offset, shape: slice.shape)
      expectClose(sums.elements, expected[slice.name]!, slice.name)
    }
  }

  @Test("shards add up to the same, empty ones too")
  func shards() {
    let network = Self.network([6, 5, 4, 7], classes: 3)
    let ids = [3, 0, 70_001, 12, 5]
    let whole = Self.sums(network, ids: ids, shards: 1, classes: 3, step: 2)
    for shards in [2, 3, 8] {
      let parts = Self.sums(network, ids: ids, shards: shards, classes: 3, step: 2)
      let count = network.parameters.layout.count
      expectClose(
        Array(parts.sums.elements.prefix(count)),
        whole.sums.elements.prefix(count).map(Double.init), "sums of \(shards) shards")
    }
  }

  @Test("untying copies: each way keeps what the machines had")
  func untying() {
    let machines = [(6, 5), (5, 4)].map { visible, hidden in
      RestrictedBoltzmannMachine(visible: visible, hidden: hidden)
    }
    for (place, machine) in machines.enumerated() {
      machine.initialize(seed: 3, deviation: 1, round: place)
      machine.visibleBias.fill(0.25)
      machine.hiddenBias.fill(-0.5)
    }
    let tied = DeepBeliefNetwork(machines)
    let untied = DeepBeliefNetwork(untying: tied)
    let samples = Tensor(shape: [1, 6], elements: Self.sample(1, 6))
    #expect(untied.upPass()!(samples).elements == tied.upPass()!(samples).elements)
    let h = tied.upPass()!(samples)
    #expect(untied.downPass()!(h).elements == tied.downPass()!(h).elements)
    #expect(untied.top.codes(h).elements == tied.top.codes(h).elements)
    // Its own memory, all of it in one set.
    untied.parameters.flat.fill(0)
    #expect(tied.layers[0].recognitionWeights.elements.contains { $0 != 0 })
    #expect(untied.top.weights.elements.allSatisfy { $0 == 0 })
    #expect(untied.layers[0].generativeWeights.elements.allSatisfy { $0 == 0 })
  }
}
