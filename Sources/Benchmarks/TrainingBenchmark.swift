import DataParallel
import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import Optimizers
import Tensors
import Training

/// A model trained by the same code as `train`, from an HDF5 file of random images of MNIST's shape.
struct TrainingBenchmark {
  let name: String
  /// Settings below `model`, YAML in one line.
  let model: String
  var transform = "unit"
  var optimizer = "{learning_rate: 0.001, momentum: 0.9}"
  var reduction = "reproducible"
  /// Floating-point operations of a sample's products.
  let flopsPerSample: Double

  static let samplesPerRank = 128
  static let repetitions = 9

  static let all: [TrainingBenchmark] = [
    TrainingBenchmark(
      name: "rbm", model: "{family: rbm, hidden: 500}", flopsPerSample: 5 * 2 * 784 * 500),
    TrainingBenchmark(
      name: "rbm-cd10", model: "{family: rbm, hidden: 500, gibbs_steps: 10}",
      flopsPerSample: 23 * 2 * 784 * 500),
    TrainingBenchmark(
      name: "grbm", model: "{family: rbm, hidden: 250, visible: gaussian}",
      transform: "standardize", flopsPerSample: 5 * 2 * 784 * 250),
    TrainingBenchmark(
      name: "rbm-pcd", model: "{family: rbm, hidden: 500, sampler: pcd, chains: CHAINS}",
      flopsPerSample: 5 * 2 * 784 * 500),
    TrainingBenchmark(
      name: "rbm-fast", model: "{family: rbm, hidden: 500}", reduction: "fast",
      flopsPerSample: 5 * 2 * 784 * 500),
    // Its products alone: Gibbs sweeps cost as much as units flip.
    TrainingBenchmark(
      name: "boltzmann", model: "{family: boltzmann, hidden: 100, chains: CHAINS}",
      flopsPerSample: 2 * (3 * 784 * 784 + 5 * 784 * 100 + 4 * 100 * 100)),
    TrainingBenchmark(
      name: "vae",
      model: "{family: vae, latent: 20, encoder: [500, 500], decoder: [500, 500]}",
      optimizer: adam,
      flopsPerSample: Products.ofLayers(784, 500, 500, 40) + Products.ofLayers(20, 500, 500, 784)
        + Products.ofInput(20, 500)),
    TrainingBenchmark(
      name: "dae",
      model: "{family: autoencoder, encoder: [1000, 500, 250, 30]}",
      optimizer: adam,
      flopsPerSample: Products.ofLayers(784, 1000, 500, 250, 30, 250, 500, 1000, 784)),
    TrainingBenchmark(
      name: "lstm", model: "{family: bench-lstm}", optimizer: adam,
      flopsPerSample: 28
        * (Products.ofLayers(28, 4 * 256) + 3 * Products.ofInput(256, 4 * 256)
          + 3 * Products.ofInput(256, 28))),
  ]

  private static let adam = "{name: adam, learning_rate: 0.001}"

  /// Floating-point operations of a sample's matrix products.
  private enum Products {
    /// One product of a layer: forward, or for the gradient of its input.
    static func ofInput(_ inputs: Int, _ outputs: Int) -> Double { 2 * Double(inputs * outputs) }

    /// Three products of each layer; the samples at the bottom have no gradient.
    static func ofLayers(_ sizes: Int...) -> Double {
      let forward = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ofInput($1.0, $1.1) }
      return 3 * forward - ofInput(sizes[0], sizes[1])
    }
  }

  func run(_ communicator: Communicator, _ file: String, _ reference: SgemmReference) throws
    -> BenchmarkRow
  {
    let trainer = try makeTrainer(communicator, file)
    var step = 0
    func steps(_ count: Int) throws {
      for _ in 0..<count {
        _ = try trainer.step(step % SyntheticImages.batches, step: step, stopRequested: false)
        step += 1
        if step % SyntheticImages.batches == 0 {
          trainer.begin(epoch: step / SyntheticImages.batches)
        }
      }
    }
    trainer.begin(epoch: 0)
    try steps(10)
    let count = try calibrate(communicator, seconds { try steps(10) } / 10)
    let before = reference.rates.count
    var times: [Double] = []
    for _ in 0..<Self.repetitions {
      try communicator.barrier()
      reference.measure()
      try communicator.barrier()
      times.append(try seconds { try steps(count) } / Double(count))
    }
    return row(median(times), reference.rate(since: before), communicator.size)
  }

  private func row(_ time: Double, _ sgemm: Double, _ ranks: Int) -> BenchmarkRow {
    let rate = flopsPerSample * Double(Self.samplesPerRank) / time * 1e-9
    return BenchmarkRow(
      name: name, ranks: ranks, batchPerRank: Self.samplesPerRank, milliseconds: time * 1e3,
      samplesPerSecond: Double(Self.samplesPerRank * ranks) / time, gigaflops: rate,
      shareOfSgemm: rate / sgemm)
  }

  private func makeTrainer(_ communicator: Communicator, _ file: String) throws -> StageTrainer {
    let batch = Self.samplesPerRank * communicator.size
    let model = model.replacing("CHAINS", with: "\(batch)")
    let text = """
      data: {train: {file: \(file), images: /train/images}, transform: \(transform)}
      model: \(model)
      training: {global_batch: \(batch), reduction: \(reduction)}
      optimizer: \(optimizer)
      """
    let configuration = try RunConfiguration(
      text: text, file: "benchmark",
      families: .standard.adding([RowLSTMFamily.self]))
    BLAS.setThreads(1)
    let layout = ShardLayout(
      shards: configuration.training.shards, ranks: communicator.size, rank: communicator.rank)
    let across = RankSum(communicator, layout: layout)
    let data = try DataPipeline(
      configuration, layout: layout, communicator: communicator, across: across, stored: nil)
    let stage = try configuration.model.stage(
      0, StageContext(shape: data.train.shape, seed: 1, layout: layout, earlier: []))
    return try StageTrainer(
      stage,
      optimizer: configuration.optimizer.stochastic!.optimizer(stage.objective.parameters),
      loader: data.trainingLoader(), layout: layout, reduction: configuration.training.reduction,
      delay: configuration.training.delay,
      communicator: communicator, across: across)
  }
}

/// Steps that take about a quarter of a second; the same on all ranks.
func calibrate(_ communicator: Communicator, _ secondsPerStep: Double) throws -> Int {
  let own = max(1, min(10000, Int(0.25 / max(secondsPerStep, 1e-6))))
  let all = try communicator.allGather(
    [Double(own)], counts: Array(repeating: 1, count: communicator.size))
  return Int(all[0])
}

/// Random bytes in the shape of MNIST, in an HDF5 file of this rank's own.
struct SyntheticImages {
  /// Batches of an epoch.
  static let batches = 16

  let path: String
  let count: Int

  init(ranks: Int, rank: Int) throws {
    count = Self.batches * TrainingBenchmark.samplesPerRank * ranks
    path = NSTemporaryDirectory() + "/swift-dist-train-bench-\(getpid())-\(rank).h5"
    var words = [UInt32](repeating: 0, count: count * 784 / 4)
    words.withUnsafeMutableBufferPointer {
      RandomStream(seed: 7, purpose: .initialization).words(item: 0, into: $0)
    }
    let file = try File(creating: path)
    let images = try file.createDataset(
      "/train/images", shape: [count, 28, 28], type: .uint8, chunk: [128, 28, 28], deflate: 4,
      shuffle: false)
    try words.withUnsafeBytes { try images.write(rows: 0..<count, as: .uint8, from: $0) }
    try file.close()
  }

  func remove() { unlink(path) }
}
