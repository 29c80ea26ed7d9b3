import CKernels
import Foundation
import Tensors

/// Annealed importance sampling of log Z of a machine with Bernoulli hidden units, upwards and downwards.
///
/// A sequence of machines leads from one whose units are independent, with visible biases a and known Z₀,
/// to the machine itself:
///
///     log p*_β(u) = (1 − β) a·u + β c·u − ½|u|² (Gaussian u alone) + Σ_j softplus(β (b_j + W_j·u)).
///
/// Upwards, a run starts at a sample of the first machine and its weight estimates Z / Z₀; by Jensen's
/// inequality log Z comes out too small on average. Downwards, it starts at a sample of the last
/// machine and estimates Z₀ / Z, so that log Z comes out too large, if the start is a sample indeed.
/// Runs are counted by their global index and dealt to ranks in blocks of fixed size. Weights are Float64;
/// their increments have a relative error below 1e-6 (see `sdt_tempered_layer`), fields that of Float32.
/// Sources: Neal, "Annealed importance sampling", 2001; Salakhutdinov and Murray, "On the quantitative
/// analysis of deep belief networks", 2008; Burda, Grosse and Salakhutdinov, "Accurate and conservative
/// estimates of MRF log-likelihood using reverse annealing", 2015.
public struct AnnealedImportanceSampling {
  /// Which way the temperatures go.
  public enum Direction: Sendable {
    /// From independent units to the machine.
    case upwards
    /// From the machine to independent units.
    case downwards
  }

  private let machine: RestrictedBoltzmannMachine
  private let base: Tensor
  /// The machine's visible biases, of u.
  private let bias: Tensor
  private let temperatures: [Double]
  private let seed: UInt64
  private let transposedWeights: Tensor
  /// c − a.
  private let difference: [Double]

  /// Runs of a block: one shape of all products, and what a rank takes at once.
  public static let block = 50

  /// Whether a machine can be annealed: what its hidden units are decides.
  public static func suits(_ machine: RestrictedBoltzmannMachine) -> Bool {
    machine.hiddenLayer.kind == .bernoulli
  }

  /// - Parameters:
  ///   - base: the biases a of the first machine, [visible], of u; those of independent units that fit the
  ///     data are good ones (`UnitLayer.independentBias`).
  ///   - temperatures: the inverse temperatures β, rising from 0 to 1.
  public init(
    _ machine: RestrictedBoltzmannMachine, base: Tensor, temperatures: [Double], seed: UInt64
  ) {
    precondition(temperatures.first == 0 && temperatures.last == 1, "from 0 to 1")
    precondition(Self.suits(machine), "Bernoulli hidden units")
    self.machine = machine
    self.base = base
    self.temperatures = temperatures
    self.seed = seed
    transposedWeights = Tensor(machine.visible, machine.hidden)
    transpose(machine.weights, into: transposedWeights)
    let bias = Tensor(machine.visible)
    bias.assign(machine.visibleLayer.unitBias())
    self.bias = bias
    difference = zip(bias.elements, base.elements).map { Double($0) - Double($1) }
  }

  /// `count` equal steps from 0 to 1.
  public static func uniform(_ count: Int) -> [Double] {
    (0...count).map { Double($0) / Double(count) }
  }

  /// log Z₀, with what Z has beside the energies above.
  public var baseLogarithm: Double {
    let layer = UnitLayer(machine.visibleLayer.kind.unit, bias: base, logVariance: nil)
    return Double(machine.hidden) * log(2) + layer.marginalTerm(base.pointer)
      + machine.visibleLayer.integralConstant
  }

  /// The logarithms of the weights of all runs. Every rank calls this together; all get all.
  /// - Parameter start: gives the first states u of runs, [runs, visible], for runs downwards.
  public func logWeights(
    _ direction: Direction, runs: Int, start: ((Range<Int>) -> Tensor)? = nil,
    across: any GlobalGather
  ) throws -> [Double] {
    let deal = BlockDeal(runs, block: Self.block, across: across)
    var own: [Double] = []
    for block in deal.localBlocks {
      let range = deal.range(ofBlock: block)
      own += run(direction, range, start: start?(range))
    }
    return try across.gather(own, counts: deal.counts)
  }

  private func run(_ direction: Direction, _ runs: Range<Int>, start: Tensor?) -> [Double] {
    let path = direction == .upwards ? temperatures : temperatures.reversed()
    let way = direction == .upwards ? 0 : 2
    let stream = RandomStream(seed: seed, purpose: .annealing)
    var states = MixedStates(machine, base: base, bias: bias, difference: difference, runs: runs)
    let h = Tensor(runs.count, machine.hidden)
    if let start { states.take(start) } else { states.draw(beta: 0, stream) }
    var weights = [Double](repeating: 0, count: runs.count)
    for (number, (from, to)) in zip(path, path.dropFirst()).enumerated() {
      for row in 0..<runs.count { weights[row] += (to - from) * states.dots[row] }
      multiply(states.u, .none, transposedWeights, .none, into: h)
      sdt_tempered_layer(
        h.pointer, machine.hiddenBias.pointer, from, to, &weights, runs.count, machine.hidden,
        stream.at(step: number + 1, round: way).kernel, states.ids)
      // The last states of a run are not looked at.
      guard number + 2 < path.count else { break }
      multiply(h, .none, machine.weights, .none, into: states.u)
      states.draw(beta: Float(to), stream.at(step: number + 1, round: way + 1))
    }
    return weights
  }
}

/// The visible units of a block of runs, drawn between independent units and the machine.
private struct MixedStates {
  let ids: [UInt32]
  /// The states, and before `draw` the machine's fields; [runs, visible].
  var u: Tensor
  /// (c − a)·u of every run.
  var dots: [Double]

  private let base: Tensor
  private let bias: Tensor
  private let difference: [Double]
  /// Draws units of fields that have their biases.
  private let layer: UnitLayer
  /// Where the units are drawn that are not drawn in place of their fields.
  private let drawn: Tensor

  init(
    _ machine: RestrictedBoltzmannMachine, base: Tensor, bias: Tensor, difference: [Double],
    runs: Range<Int>
  ) {
    let visible = machine.visible
    (self.base, self.bias, self.difference) = (base, bias, difference)
    ids = runs.map { UInt32(truncatingIfNeeded: $0) }
    u = Tensor(runs.count, visible)
    dots = Array(repeating: 0, count: runs.count)
    let kind = machine.visibleLayer.kind.unit
    layer = UnitLayer(kind, bias: Tensor(visible), logVariance: nil)
    drawn = kind == .bernoulli ? u : Tensor(runs.count, visible)
  }

  mutating func take(_ start: Tensor) {
    u.assign(start)
    sumUp()
  }

  /// Units of the machine at an inverse temperature, given the fields in `u`.
  mutating func draw(beta: Float, _ stream: RandomStream) {
    let (rows, visible) = (ids.count, base.count)
    if layer.kind == .bernoulli {
      sdt_mixed_layer(
        u.pointer, bias.pointer, base.pointer, beta, difference, &dots, rows, visible,
        stream.kernel, ids)
    } else {
      sdt_mix_fields(u.pointer, bias.pointer, base.pointer, beta, rows, visible)
      layer.sample(u, into: drawn, stream, ids)
      u.assign(drawn)
      sumUp()
    }
  }

  private mutating func sumUp() {
    let visible = base.count
    for row in 0..<ids.count {
      dots[row] = sdt_dot_mixed(u.pointer + row * visible, difference, visible)
    }
  }
}

extension UnitKind {
  /// The kind of u: Gaussian units of any deviation are of deviation 1 there.
  var unit: UnitKind { isGaussian ? .gaussian(.unit) : self }
}

extension UnitLayer {
  /// The biases a of u, [count], with which independent units have the means of data: where every unit is
  /// taken to have been on and off once more, no bias is infinite.
  /// - Parameters:
  ///   - sums: Σ u over samples, [count].
  ///   - samples: their number.
  func independentBias(sums: [Double], samples: Int) -> Tensor {
    let n = Double(samples)
    let biases = sums.enumerated().map { unit, sum -> Float in
      if kind.isGaussian { return n > 0 ? Float(sum / n) : 0 }
      let isLabel = unit >= sampleWidth
      let off = isLabel ? n + Double(kind.classes) : n - sum + 1
      return Float(log((max(sum, 0) + 1) / max(off, 1e-9)))
    }
    return Tensor(shape: [count], elements: biases)
  }
}

/// An estimate of log Z from the weights of runs.
public struct PartitionEstimate: Sendable, Equatable {
  /// log Z.
  public let logarithm: Double
  /// The standard error of log Z over runs, by the delta method.
  public let standardError: Double

  /// Of weights whose mean is Z / Z₀ (upwards) or Z₀ / Z (downwards).
  /// - Parameter baseLogarithm: log Z₀.
  public init(
    logWeights: [Double], _ direction: AnnealedImportanceSampling.Direction, baseLogarithm: Double
  ) {
    let count = Double(logWeights.count)
    let mean = logSumExp(logWeights) - log(count)
    let squares = logWeights.reduce(0) { sum, weight in
      let relative = exp(weight - mean) - 1
      return sum + relative * relative
    }
    logarithm = direction == .upwards ? baseLogarithm + mean : baseLogarithm - mean
    standardError = count > 1 ? (squares / (count - 1) / count).squareRoot() : .infinity
  }
}
