import Objectives
import Optimizers
import Tensors
import Testing

@testable import Models

/// Learned σ under a learning rate that is far too large.
@Suite("A learned variance under a hostile learning rate")
struct HostileVarianceTests {
  private static let (visible, hidden, samples) = (5, 3, 8)

  private enum End { case finished, diverged }

  /// Updates of a machine. Wherever a step's numbers are finite, so that a run would go on, every σ that they
  /// were made with must be a positive number.
  private func train(_ groups: [ParameterGroup], rate: Double, steps: Int) -> End {
    let count = Self.visible * Self.hidden + Self.hidden + 2 * Self.visible
    let rank = Rank(
      visible: Self.visible, hidden: Self.hidden, units: .gaussian(.learned(initial: 1)),
      parameters: (0..<count).map { Float($0 * 7 % 11) / 20 - 0.25 }, options: .init(), seed: 3,
      layout: ShardLayout(shards: 2), batchSize: Self.samples)
    let optimizer = OptimizerOptions(
      .momentum(.constant(0.5), isNesterov: false), learningRate: .constant(rate)
    ).optimizer(rank.machine.parameters, groups: groups)
    for step in 0..<steps {
      optimizer.begin(TrainingMoment(epoch: 0, update: step))
      rank.accumulate(step: step, ids: Array(0..<Self.samples)) { id in
        (0..<Self.visible).map { Float((id * 5 + $0 * 3) % 13) - 6 }[...]
      }
      guard rank.accumulator.metricsAreFinite else { return .diverged }
      let deviations = rank.machine.visibleLayer.deviations()!.elements
      #expect(deviations.allSatisfy { $0 > 0 && $0.isFinite }, "step \(step): \(deviations)")
      let sums = rank.accumulator.root(0)
      optimizer.update(0..<count, gradient: sums.pointer, count: Self.samples)
    }
    return .finished
  }

  @Test("with the bound on its gradient σ stays a positive number")
  func clipped() {
    // Steps of log σ² at a rate of 1000, each at most 5 long; the others' at 0.01.
    let others = ["weights", "hidden_bias", "visible_bias"].map {
      ParameterGroup(name: $0, rateFactor: 1e-5)
    }
    let variance = ParameterGroup(name: "log_variance", clipNorm: 0.005)
    #expect(train(others + [variance], rate: 1000, steps: 200) == .finished)
  }

  @Test("without it a σ that is no positive number ends as divergence")
  func free() {
    for rate in [10, 1000, 1e6] {
      #expect(train([], rate: rate, steps: 200) == .diverged, "rate \(rate)")
    }
  }
}
