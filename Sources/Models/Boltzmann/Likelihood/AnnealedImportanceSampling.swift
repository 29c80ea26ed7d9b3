import CKernels
import Foundation
import Tensors

/// Annealed importance sampling of log Z of a Bernoulli RBM, upwards and downwards.
///
/// A sequence of machines leads from one whose visible units are independent, with biases a and
/// known log Z₀ = M log 2 + Σ_i softplus(a_i), to the machine itself:
///
///     log p*_β(x) = (1 − β) aᵀx + β cᵀx + Σ_j softplus(β (b_j + W_j·x)).
///
/// Upwards, a run starts at a sample of the first machine and its weight estimates Z / Z₀; by Jensen's
/// inequality log Z comes out too small on average. Downwards, it starts at a sample of the last
/// machine and estimates Z₀ / Z, so that log Z comes out too large, if the start is a sample indeed.
/// Runs are counted by their global index and dealt to ranks in blocks of fixed size.
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
  private let temperatures: [Double]
  private let seed: UInt64
  private let transposedWeights: Tensor
  /// c − a.
  private let visibleDifference: [Double]

  /// Runs of a block: one shape of all products.
  public static let block = 50

  /// - Parameters:
  ///   - base: the biases a of the first machine, [visible]; the data's log-odds are good ones.
  ///   - temperatures: the inverse temperatures β, rising from 0 to 1.
  public init(
    _ machine: RestrictedBoltzmannMachine, base: Tensor, temperatures: [Double], seed: UInt64
  ) {
    precondition(temperatures.first == 0 && temperatures.last == 1, "from 0 to 1")
    self.machine = machine
    self.base = base
    self.temperatures = temperatures
    self.seed = seed
    transposedWeights = Tensor(machine.visible, machine.hidden)
    transpose(machine.weights, into: transposedWeights)
    visibleDifference = zip(machine.visibleBias.elements, base.elements).map {
      Double($0) - Double($1)
    }
  }

  /// `count` equal steps from 0 to 1.
  public static func uniform(_ count: Int) -> [Double] {
    (0...count).map { Double($0) / Double(count) }
  }

  /// log Z₀.
  public var baseLogarithm: Double {
    Double(machine.hidden) * log(2) + sdt_softplus_sum(base.pointer, machine.visible)
  }

  /// The logarithms of the weights of all runs. Every rank calls this together; all get all.
  /// - Parameter start: gives the first states of runs, [runs, visible], for runs downwards.
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
    let (count, visible) = (runs.count, machine.visible)
    let x = Tensor(count, visible)
    let h = Tensor(count, machine.hidden)
    let ids = runs.map { UInt32(truncatingIfNeeded: $0) }
    let stream = RandomStream(seed: seed, purpose: .annealing, step: 0)
    var weights = [Double](repeating: 0, count: count)
    let path = direction == .upwards ? temperatures : temperatures.reversed()
    let way = direction == .upwards ? 0 : 1
    if let start {
      x.assign(start)
    } else {
      x.fill(0)
      sdt_mixed_layer(
        x.pointer, base.pointer, base.pointer, 0, count, visible, stream.kernel, ids)
    }
    for (number, (from, to)) in zip(path, path.dropFirst()).enumerated() {
      for row in 0..<count {
        weights[row] +=
          (to - from)
          * sdt_dot_mixed(x.pointer + row * visible, visibleDifference, visible)
      }
      multiply(x, .none, transposedWeights, .none, into: h)
      sdt_tempered_layer(
        h.pointer, machine.hiddenBias.pointer, from, to, &weights, count, machine.hidden,
        stream.at(step: number + 1, round: 2 * way).kernel, ids)
      multiply(h, .none, machine.weights, .none, into: x)
      sdt_mixed_layer(
        x.pointer, machine.visibleBias.pointer, base.pointer, Float(to), count, visible,
        stream.at(step: number + 1, round: 2 * way + 1).kernel, ids)
    }
    return weights
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
