import CKernels
import Foundation
import Objectives
import Tensors
import Testing

@testable import Models

/// The bracket of annealing against the exact value, as an evaluation gives both.
@Suite("Annealed likelihood of machines of every kind")
struct AnnealedLikelihoodTests {
  /// A machine's own samples, in the data's scale, with labels where it has units for them.
  private static func samples(
    _ machine: RestrictedBoltzmannMachine, _ count: Int
  ) -> (values: Tensor, labels: [Int32]) {
    let sampler = GibbsSampler(machine, chains: 0..<count, seed: 2)
    _ = sampler.run(steps: 0..<500)
    let layer = machine.visibleLayer
    let values = Tensor(count, layer.sampleWidth)
    layer.outputs(sampler.samples, into: values)
    guard layer.kind.classes > 0 else { return (values, []) }
    let rows = (0..<count).map { sampler.samples.rows($0..<$0 + 1).elements[layer.sampleWidth...] }
    return (values, rows.map { Int32($0.firstIndex(of: 1)! - $0.startIndex) })
  }

  private static func evaluation(
    _ machine: RestrictedBoltzmannMachine, _ likelihood: RBMEvaluationOptions.Likelihood,
    data: (values: Tensor, labels: [Int32])? = nil
  ) throws -> ([String: Double], notes: [String]) {
    let evaluator = RBMEvaluator(machine, options: .init(likelihood: likelihood), seed: 3)
    evaluator.begin()
    let (values, labels) = data ?? samples(machine, 200)
    let batch = Batch(shards: 0..<1, width: values.shape[1]) { _ in 200 }
    batch.shards[0].samples.assign(values)
    for (row, label) in labels.enumerated() { batch.shards[0].labels[row] = label }
    let sums = [EvaluationSplit.train, .test].map { split in
      var sums = [Double](repeating: 0, count: evaluator.width)
      evaluator.accumulate(batch.shards[0], split: split, into: &sums)
      return EvaluationSums(sums: sums, count: 200)
    }
    let found = try evaluator.conclude(test: sums[1], train: sums[0], across: SoloGather())
    return (Dictionary(uniqueKeysWithValues: found), evaluator.notes)
  }

  @Test(
    "Both ends come within three standard errors of the exact value",
    arguments: [
      UnitKind.bernoulli, .gaussian(.unit), .gaussian(.fixed(0.4)),
      .gaussian(.learned(initial: 1)), .labelled(classes: 3),
    ])
  func bracket(kind: UnitKind) throws {
    let machine = SmallMachine(visible: 12, hidden: 7, kind, seed: 11, deviation: 0.4).machine
    let exact = try Self.evaluation(machine, .exact).0
    let options = AnnealingOptions(runs: 100, temperatures: 400, burnIn: 300)
    let (found, notes) = try Self.evaluation(machine, .annealed(options))
    for (value, error) in [
      ("log_partition", "log_partition_error"),
      ("log_partition_reverse", "log_partition_reverse_error"),
    ] {
      let (value, error) = (found[value]!, found[error]!)
      #expect(
        abs(value - exact["log_partition"]!) < 3 * error && error < 0.2, "\(value) ± \(error)")
    }
    let away = found["log_likelihood"]! - exact["log_likelihood"]!
    #expect(abs(away + found["log_partition"]! - exact["log_partition"]!) < 1e-9)
    #expect(notes.isEmpty)
  }

  @Test("Runs back that start far from the machine's samples are told to be no bound")
  func inverted() throws {
    // Two modes that no chain leaves, nearly all on and nearly all off; the first is 4 nats larger.
    let machine = RestrictedBoltzmannMachine(visible: 12, hidden: 1)
    machine.weights.fill(4)
    machine.visibleBias.fill(-1.75)
    machine.hiddenBias.fill(-22)
    let options = AnnealingOptions(runs: 100, temperatures: 1000, burnIn: 100)
    let (found, notes) = try Self.evaluation(
      machine, .annealed(options), data: (Tensor(200, 12), []))
    #expect(found["log_likelihood_reverse"]! > found["log_likelihood"]! + 1, "\(found)")
    #expect(notes.count == 1 && notes[0].contains("is no bound"), "\(notes)")
  }

  @Test("A wide bracket is said to be wide")
  func wide() throws {
    let machine = SmallMachine(visible: 12, hidden: 8, seed: 12, deviation: 3).machine
    let options = AnnealingOptions(runs: 10, temperatures: 2, burnIn: 1, tolerance: 0.01)
    let (found, notes) = try Self.evaluation(machine, .annealed(options))
    let width = abs(found["log_likelihood"]! - found["log_likelihood_reverse"]!)
    #expect(width > 0.01 && notes.count == 1, "\(found)")
    #expect(notes.first?.hasPrefix("warning: annealing leaves") == true, "\(notes)")
  }

  @Test("Temperatures rise from 0 to 1", arguments: AnnealingOptions.Spacing.allCases)
  func path(spacing: AnnealingOptions.Spacing) {
    for count in [1, 2, 29, 1000] {
      let path = AnnealingOptions(temperatures: count, spacing: spacing).path
      #expect(path.first == 0 && path.last == 1 && path.count == count + 1)
      #expect(zip(path, path.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  /// Increments of weights over all units of a layer, and the units drawn, of fields up to `size`.
  @Test(
    "Increments in Float32 stay within their bound",
    arguments: [(0.3, 0.3001, 20.0), (0.0, 0.001, 200.0), (0.999, 1.0, 1.0), (0.2, 0.9, 50.0)])
  func increments(from: Double, to: Double, size: Double) {
    let (rows, columns) = (3, 333)
    let bias = Tensor(333)
    let fields = Tensor(rows, columns)
    let stream = RandomStream(seed: 5, purpose: .sampling)
    for row in 0..<rows { stream.normal(item: row, into: fields.rows(row..<row + 1).buffer) }
    fields.scale(by: Float(size / 3))
    let values = fields.elements.map(Double.init)
    var weights = [Double](repeating: 0, count: rows)
    sdt_tempered_layer(
      fields.pointer, bias.pointer, from, to, &weights, rows, columns, stream.kernel,
      [0, 1, 2])
    var ons = (found: 0.0, expected: 0.0)
    for row in 0..<rows {
      var (sum, magnitude) = (0.0, 0.0)
      for value in values[row * columns..<(row + 1) * columns] {
        // 1 + p (e^{δf} − 1), without a difference of large numbers.
        let p = 1 / (1 + exp(-from * value))
        let term =
          value * (to - from) > 30
          ? softplus(to * value) - softplus(from * value)
          : log1p(p * expm1((to - from) * value))
        sum += term
        magnitude += abs(term)
        ons.expected += 1 / (1 + exp(-to * value))
      }
      #expect(abs(weights[row] - sum) < 1e-6 * magnitude + 1e-12, "\(weights[row]), not \(sum)")
    }
    ons.found = fields.elements.reduce(0) { $0 + Double($1) }
    #expect(abs(ons.found - ons.expected) < 4 * Double(rows * columns).squareRoot() / 2)
  }
}
