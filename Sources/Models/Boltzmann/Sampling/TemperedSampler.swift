import Foundation
import Tensors

/// Gibbs chains of an RBM with replicas at higher temperatures, which exchange states: so that chains cross
/// between modes that are far apart.
///
/// Replica k of K has the distribution p_β ∝ exp(β S(u, h)) · q(u), β = 1 − k / K, where S is all of −E but
/// the square around the bias of Gaussian units, which q keeps: of a Bernoulli machine the weights and all
/// biases are scaled, of a Gaussian one the weights and the hidden biases. After every sweep neighbours
/// k and k + 1, by turns of even and of odd k, swap states with the probability
/// min(1, exp((β_k − β_{k+1}) (S_{k+1} − S_k))), in Float64.
/// Sources: Geyer, "Markov chain Monte Carlo maximum likelihood", 1991; Desjardins and others, "Tempered
/// Markov chain Monte Carlo for training of restricted Boltzmann machines", 2010.
public final class TemperedSampler {
  /// The chains of one temperature: the machine with scaled parameters, and states.
  private struct Replica {
    let beta: Double
    let machine: RestrictedBoltzmannMachine
    let u: Tensor
    let h: Tensor
    let means: Tensor
    let hiddenMeans: Tensor
  }

  private let machine: RestrictedBoltzmannMachine
  private let replicas: [Replica]
  private let stream: RandomStream
  private let ids: [UInt32]
  private let fields: Tensor
  private let results: Tensor
  /// Accepted and proposed swaps of neighbours k and k + 1 so far, [K − 1].
  public private(set) var swaps: [(accepted: Int, proposed: Int)]

  /// Chains that start as those of `GibbsSampler` do, at all temperatures alike.
  /// - Parameter temperatures: K, the number of replicas of every chain.
  public init(
    _ machine: RestrictedBoltzmannMachine, chains: Range<Int>, temperatures: Int, seed: UInt64
  ) {
    self.machine = machine
    stream = RandomStream(seed: seed, purpose: .sampling)
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    let count = chains.count
    replicas = (0..<temperatures).map { k in
      let beta = 1 - Double(k) / Double(temperatures)
      return Replica(
        beta: beta, machine: Self.scaled(machine, beta), u: Tensor(count, machine.visible),
        h: Tensor(count, machine.hidden), means: Tensor(count, machine.visible),
        hiddenMeans: Tensor(count, machine.hidden))
    }
    fields = Tensor(count, machine.hidden)
    results = Tensor(count, machine.visibleLayer.sampleWidth)
    swaps = Array(repeating: (0, 0), count: max(temperatures - 1, 0))
    for replica in replicas { machine.visibleLayer.drawStart(into: replica.u, stream, ids) }
  }

  /// A copy of a machine at an inverse temperature.
  private static func scaled(
    _ machine: RestrictedBoltzmannMachine, _ beta: Double
  ) -> RestrictedBoltzmannMachine {
    let copy = RestrictedBoltzmannMachine(
      visible: machine.visible, hidden: machine.hidden, visibleUnits: machine.visibleLayer.kind,
      hiddenUnits: machine.hiddenLayer.kind)
    copy.parameters.flat.assign(machine.parameters.flat)
    copy.weights.scale(by: Float(beta))
    copy.hiddenBias.scale(by: Float(beta))
    if !machine.visibleLayer.kind.isGaussian { copy.visibleBias.scale(by: Float(beta)) }
    return copy
  }

  /// Starts all replicas at samples [chains, sample width].
  public func start(at samples: Tensor) {
    for replica in replicas {
      machine.visibleLayer.inputs(samples, labels: nil, into: replica.u)
    }
  }

  /// Runs all chains on.
  /// - Parameter steps: the sweeps' numbers, which count their draws: go on where you stopped.
  /// - Returns: the means of x given h at β = 1 after the last sweep, [chains, sample width]; valid until the
  ///   next call.
  public func run(steps: Range<Int>) -> Tensor {
    for step in steps {
      for (k, replica) in replicas.enumerated() { sweep(replica, k, step) }
      if step < steps.upperBound - 1 { exchange(step) }
    }
    machine.visibleLayer.outputs(replicas[0].means, into: results)
    // The swap after the last sweep comes behind what is looked at: states at β = 1 and their means agree.
    if let last = steps.last { exchange(last) }
    return results
  }

  /// The states at β = 1 as the machine computes with them, [chains, visible].
  public var samples: Tensor { replicas[0].u }

  private func sweep(_ replica: Replica, _ k: Int, _ step: Int) {
    replica.machine.sampleHidden(
      replica.u, means: replica.hiddenMeans, samples: replica.h,
      stream: stream.at(step: step, round: 2 * k + 1), ids: ids)
    replica.machine.sampleVisible(
      replica.h, means: replica.means, samples: replica.u,
      stream: stream.at(step: step, round: 2 * k + 2), ids: ids)
  }

  private func exchange(_ step: Int) {
    guard replicas.count > 1 else { return }
    var energies = replicas.map(exponents)
    let draws = stream.at(step: step, round: 2 * replicas.count + 1)
    var uniform = [Float](repeating: 0, count: replicas.count)
    for row in ids.indices {
      uniform.withUnsafeMutableBufferPointer { draws.uniform(item: Int(ids[row]), into: $0) }
      for k in stride(from: step % 2, to: replicas.count - 1, by: 2) {
        let difference = energies[k + 1][row] - energies[k][row]
        let logRatio = (replicas[k].beta - replicas[k + 1].beta) * difference
        swaps[k].proposed += 1
        guard log(Double(uniform[k])) < logRatio else { continue }
        swaps[k].accepted += 1
        swapRows(row, replicas[k], replicas[k + 1])
        (energies[k][row], energies[k + 1][row]) = (energies[k + 1][row], energies[k][row])
      }
    }
  }

  /// S of every row: hᵀWu + bᵀh, and cᵀu of Bernoulli units, at β = 1.
  private func exponents(_ replica: Replica) -> [Double] {
    machine.hiddenFields(replica.u, nil, into: fields)
    let (hidden, bias) = (machine.hidden, machine.hiddenBias.pointer)
    return ids.indices.map { row in
      let h = replica.h.pointer + row * hidden
      let field = fields.pointer + row * hidden
      let coupled = (0..<hidden).reduce(0.0) {
        $0 + Double(h[$1]) * (Double(field[$1]) + Double(bias[$1]))
      }
      return machine.visibleLayer.kind.isGaussian
        ? coupled
        : coupled + machine.visibleLayer.ownTerm(replica.u.pointer + row * machine.visible)
    }
  }

  private func swapRows(_ row: Int, _ a: Replica, _ b: Replica) {
    for (x, y, width) in [(a.u, b.u, machine.visible), (a.h, b.h, machine.hidden)] {
      let (left, right) = (x.pointer + row * width, y.pointer + row * width)
      for i in 0..<width { (left[i], right[i]) = (right[i], left[i]) }
    }
  }
}
