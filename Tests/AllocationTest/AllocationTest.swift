import CAllocationCounter
import Foundation
import HDF5
import MessagePassing
import Training

/// Counts the allocations of a training run's main thread: `allocation-test NAME [TRAP]`, NAME one
/// of `cd`, `pcd`, `adam`, `delayed`, `traced` (with a timeline of every step) and the names of `models`.
///
/// Two runs that differ in the number of steps alone must allocate the same number of times: what a
/// run allocates belongs to its beginning and its end, to epochs and to lines of metrics, never to
/// a step. Sums of times and rates that are printed may make a text longer by an allocation or two,
/// so a few are forgiven; one a step would be a hundred. TRAP stops the longer run at an allocation,
/// for a debugger.
@main
struct AllocationTest {
  static func main() throws {
    let arguments = CommandLine.arguments
    let communicator = try Communicator.world(LauncherEnvironment())
    let folder = NSTemporaryDirectory() + "allocation-test-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let code = runTogether(communicator) {
      try write(folder + "/data.h5")
      let trap = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 0
      let name = arguments.count > 1 ? arguments[1] : "cd"
      // The second layer of a stack, which learns from codes, comes after an epoch of the first; up-down
      // learning after one of each machine.
      let before = ["stacked": 200, "dbn": 400][name] ?? 0
      // The first run warms up what the process makes once.
      _ = try count(communicator, folder, name, steps: before + 20)
      let few = try count(communicator, folder, name, steps: before + 50)
      let many = try count(communicator, folder, name, steps: before + 150, trap: trap)
      let perStep = (many - few) / 100
      print(
        "\(name), rank \(communicator.rank): \(perStep) allocations a step "
          + "(\(few) in a run of 50 steps, \(many) in one of 150)")
      // At the end of a run with a timeline rank 0 joins the ranks' files, event by event.
      let joins = name == "traced" && communicator.rank == 0
      // One a step would be 100 more. Rank 0 puts a status together every five seconds, for some 25: one of the
      // runs may have met that moment.
      return abs(many - few) < 60 || joins ? .done : .failed
    }
    try FileManager.default.removeItem(atPath: folder)
    exit(code)
  }

  /// 12,800 samples of 28 × 28: an epoch of 200 steps. Products are as large as in training: for small ones
  /// some of OpenBLAS's kernels allocate (of 0.3.21 on AVX-512, those with results of 8 columns).
  private static func write(_ path: String) throws {
    let file = try File(creating: path)
    let values = (0..<12_800 * 784).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    try file.write("/train/images", shape: [12_800, 28, 28], values: values)
    try file.close()
  }

  private static let models = [
    "boltzmann": "{family: boltzmann, hidden: 200}",
    "vae": vae("[160, {batch_norm: true, activation: relu}, {dropout: 0.2}]"),
    "global-norm": vae("[160, {batch_norm: true, group: global, activation: relu}]"),
    "convolutions":
      "{family: vae, latent: 16, encoder: [{conv: 8, kernel: 4, stride: 2, padding: 1}, "
      + "{layer_norm: true}, 96, {dropout: 0.2}], decoder: [96]}",
    "tempering":
      "{family: rbm, hidden: 160, sampler: tempering, chains: 30, temperatures: 4}",
    "centred":
      "{family: rbm, hidden: 160, sampler: pcd, centering: model-and-data, "
      + "sparsity: {target: 0.1, cost: 0.1}}",
    "gaussian": "{family: rbm, hidden: 160, visible: gaussian, deviation: learned}",
    "stacked": "{family: autoencoder, encoder: [160, 128], corruption: {kind: mask, share: 0.3}, "
      + "pretraining: {method: autoencoder, epochs: 1}}",
    "dbn": "{family: dbn, hidden: [160, 128], pretraining: {epochs: 1}, up_pass: samples}",
  ]

  private static func vae(_ stack: String) -> String {
    "{family: vae, latent: 16, encoder: \(stack), decoder: \(stack)}"
  }

  private static func count(
    _ communicator: Communicator, _ folder: String, _ name: String, steps: Int, trap: Int = 0
  ) throws -> Int {
    // Adam with all that can stand around it, and contrastive divergence by it.
    let optimizer =
      ["adam", "convolutions"].contains(name)
      ? "{name: adam, clip_norm: 1, clip_value: 1, weight_decay: 0.1, averaging: 0.9}" : "{}"
    let model =
      models[name] ?? "{family: rbm, hidden: 160, sampler: \(name == "pcd" ? "pcd" : "cd")}"
    let delay = name == "delayed" ? 1 : 0
    try """
    name: allocations
    data: {train: {file: \(folder)/data.h5}, transform: binarize-sample}
    model: \(model)
    optimizer: \(optimizer)
    training: {epochs: 1, steps: \(steps), global_batch: 64, shards: 2, log_every_steps: 1000000, delay: \(delay)}
    checkpoint: {every_steps: 1000000}
    evaluation: {pictures: false}
    """.write(toFile: folder + "/run.yaml", atomically: true, encoding: .utf8)
    let options = TrainingOptions(
      configuration: folder + "/run.yaml", resume: .never, runDirectory: folder + "/run",
      isQuiet: true, trace: name == "traced" ? TraceSteps("1-1000") : nil)
    let run = try TrainingRun(communicator, options)
    sdt_count_allocations(trap)
    _ = try run.run()
    return sdt_allocations_counted()
  }
}
