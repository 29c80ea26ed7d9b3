import MessagePassing
import Models
import Tensors

/// A temperature of annealed importance sampling, 784–500 units and 100 runs: what an estimate of log Z
/// costs, and what the matrix products in it would cost alone. Every rank does it by itself.
struct AnnealingBenchmark {
  static let names = ["ais", "ais-products"]
  static let runs = 100
  private static let (visible, hidden) = (784, 500)
  private static let temperatures = 200

  func run(_ communicator: Communicator, _ reference: SgemmReference) throws -> [BenchmarkRow] {
    let machine = RestrictedBoltzmannMachine(visible: Self.visible, hidden: Self.hidden)
    machine.initialize(seed: 1, deviation: 0.1)
    let annealing = AnnealedImportanceSampling(
      machine, base: Tensor(Self.visible),
      temperatures: AnnealedImportanceSampling.uniform(Self.temperatures), seed: 1)
    let products = Products(machine.parameters["weights"])
    let before = reference.rates.count
    var times: [(whole: Double, products: Double)] = []
    for repetition in 0...TrainingBenchmark.repetitions {
      try communicator.barrier()
      reference.measure()
      try communicator.barrier()
      let whole = try seconds {
        _ = try annealing.logWeights(.upwards, runs: Self.runs, across: SoloGather())
      }
      let alone = seconds { products.run(Self.temperatures) }
      if repetition > 0 { times.append((whole, alone)) }
    }
    let sgemm = reference.rate(since: before)
    return zip(Self.names, [median(times.map(\.whole)), median(times.map(\.products))]).map {
      row($0, $1 / Double(Self.temperatures), sgemm, communicator.size)
    }
  }

  /// The products of a temperature, in the shapes of annealing.
  private struct Products {
    private let (u, h, result): (Tensor, Tensor, Tensor)
    private let weights: Tensor
    private let transposed: Tensor

    init(_ weights: Tensor) {
      let block = AnnealedImportanceSampling.block
      (u, h, result) = (Tensor(block, visible), Tensor(block, hidden), Tensor(block, visible))
      self.weights = weights
      transposed = Tensor(visible, hidden)
      transpose(weights, into: transposed)
      RandomStream(seed: 1, purpose: .initialization).uniform(item: 1, into: u.buffer)
    }

    func run(_ temperatures: Int) {
      for _ in 0..<runs / AnnealedImportanceSampling.block * temperatures {
        multiply(u, .none, transposed, .none, into: h)
        multiply(h, .none, weights, .none, into: result)
      }
    }
  }

  private func row(_ name: String, _ time: Double, _ sgemm: Double, _ ranks: Int) -> BenchmarkRow {
    let operations = 2 * 2.0 * Double(Self.runs * Self.visible * Self.hidden)
    let rate = operations / time * 1e-9
    return BenchmarkRow(
      name: name, ranks: ranks, batchPerRank: Self.runs, milliseconds: time * 1e3,
      samplesPerSecond: Double(Self.runs * ranks) / time, gigaflops: rate,
      shareOfSgemm: rate / sgemm)
  }
}
