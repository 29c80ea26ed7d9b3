import DataParallel
import Datasets
import Foundation
import MessagePassing
import Tensors
import Yams

/// Everything that stands before the first step, on this rank: configuration, shards, data, and the
/// checkpoint to go on from. Nothing has been written when this fails.
struct RunSetup {
  let configuration: RunConfiguration
  let layout: ShardLayout
  let across: RankSum
  let data: DataPipeline
  let directory: RunDirectory
  let checkpoint: Checkpoint?
  /// What a fresh run of some models starts from.
  private let trainingMean: Tensor?
  /// What rank 0 has to tell about skipped checkpoints, and which one it took.
  let notes: [String]

  init(_ communicator: Communicator, _ options: TrainingOptions) throws {
    Pulse.phase = .setUp
    let configuration = try Self.configuration(communicator, options)
    guard !configuration.model.curriculum.isEmpty else {
      let family = type(of: configuration.model).name
      throw RankFailure(
        status: .badInput, rank: 0,
        description:
          "a model of family \(family) is not trained by steps; run 'swift-dist-train \(family) "
          + "\(options.configuration)'")
    }
    let shards = configuration.training.shards
    guard communicator.size <= shards else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description:
          "\(communicator.size) ranks cannot share \(shards) logical shards; start at most "
          + "\(shards) ranks or raise training.shards (which changes the result)")
    }
    try Watchdog.start(communicator, configuration.robustness.watchdog, alarm: .ofRun)
    BLAS.setThreads(configuration.training.blasThreads)
    layout = ShardLayout(shards: shards, ranks: communicator.size, rank: communicator.rank)
    across = RankSum(communicator, layout: layout)
    directory = try together(communicator) {
      try RunDirectory(checking: options.runDirectory ?? "runs/\(configuration.name)")
    }
    RunJournal.begin(directory, rank: communicator.rank)
    let found = try Self.checkpoint(communicator, options, directory)
    (checkpoint, notes) = (found.checkpoint, found.notes)
    data = try DataPipeline(
      configuration, layout: layout, communicator: communicator, across: across,
      stored: checkpoint)
    try data.waitForCache(communicator)
    self.configuration = configuration
    trainingMean =
      checkpoint == nil && configuration.model.usesTrainingMean
      ? try data.trainingMean(across) : nil
    try together(communicator) { [self] in try checkFits() }
  }

  /// Rank 0 reads the file, all parse it.
  static func configuration(
    _ communicator: Communicator, _ options: TrainingOptions
  ) throws -> RunConfiguration {
    let text = try together(communicator) {
      guard communicator.rank == 0 else { return "" }
      guard let data = FileManager.default.contents(atPath: options.configuration) else {
        throw UsageError(
          "cannot read the configuration \(options.configuration); name a YAML file that exists, from "
            + "here (\(FileManager.default.currentDirectoryPath)) or with its whole path")
      }
      return String(decoding: data, as: UTF8.self)
    }.shared(communicator)
    return try together(communicator) {
      let configuration = try RunConfiguration(
        text: text, file: options.configuration, settings: options.settings,
        families: options.families)
      try configuration.model.check(configuration)
      return configuration
    }
  }

  /// Rank 0 chooses and reads the checkpoint, all decode it.
  private static func checkpoint(
    _ communicator: Communicator, _ options: TrainingOptions, _ directory: RunDirectory
  ) throws -> (checkpoint: Checkpoint?, notes: [String]) {
    var notes: [String] = []
    var path = ""
    LoadingMark.forget()
    let image = try communicator.broadcast(
      together(communicator) {
        guard communicator.rank == 0 else { return [] }
        switch options.resume {
        case .never: return []
        case .path(let given):
          path = given
          if folder(of: given) == directory.checkpoints.directory { LoadingMark.set(given) }
          return try readBytes(given)
        case .auto:
          guard
            let newest = directory.checkpoints.newestValid(
              willRead: LoadingMark.set, warn: { notes.append($0) })
          else {
            LoadingMark.clear()
            guard notes.isEmpty else { throw Self.noneIsWhole(directory, notes) }
            if FileManager.default.fileExists(atPath: directory.metrics) {
              notes.append("no checkpoint in \(directory.path): the run there begins anew")
            }
            return []
          }
          path = newest.path
          return newest.image
        }
      })
    guard !image.isEmpty else { return (nil, notes) }
    let name = try path.shared(communicator)
    let checkpoint = try together(communicator) { try Checkpoint(image: image, name: name) }
    // What comes before it is put to use, such as opening the data, is none of its doing.
    LoadingMark.clear()
    notes.append("going on from \(name), step \(checkpoint.position.step)")
    return (checkpoint, notes)
  }

  /// Starting anew would remove them, and that is for a person to decide.
  private static func noneIsWhole(_ directory: RunDirectory, _ notes: [String]) -> CheckpointError {
    CheckpointError(
      "no checkpoint in \(directory.checkpoints.directory) can be used (\(notes[0])); train anew with "
        + "--resume never, or name another --run-dir")
  }

  /// What stages are built from.
  func context(earlier: [ParameterSet]) -> StageContext {
    StageContext(
      shape: data.train.shape, seed: configuration.seed, layout: layout, earlier: earlier,
      normalization: configuration.evaluation.batchNorm, trainingMean: trainingMean)
  }

  /// A run goes on only as what it was.
  private func checkFits() throws {
    guard let checkpoint else { return }
    let family = type(of: configuration.model).name
    guard checkpoint.family == family else {
      throw CheckpointError(
        "the checkpoint is of a model of family \(checkpoint.family), the configuration's is "
          + "\(family); name another --run-dir, or --resume never to train anew")
    }
    let old = try ConfigurationDocument(text: checkpoint.configuration, file: "the checkpoint")
    let differences = differencesThatMatter(old.node, configuration.resolved)
    guard differences.isEmpty else {
      throw CheckpointError(
        "the checkpoint belongs to another configuration: \(differences.joined(separator: "; ")); "
          + "name another --run-dir, or --resume never to train anew")
    }
    let memory = old.node["data"]?["memory"]?.string ?? ""
    guard data.plan(memory: parseBytes(memory) ?? 0).windowBlocks == data.plan.windowBlocks else {
      throw CheckpointError(
        "data.memory was \(memory) and is another now: the data is larger, so the budget shapes the "
          + "order of samples; set it back, or name another --run-dir, or --resume never to train anew"
      )
    }
    guard checkpoint.dataset == data.fingerprint else {
      throw CheckpointError(
        "the checkpoint was trained on other data (fingerprint \(checkpoint.dataset.prefix(19))…, "
          + "now \(data.fingerprint.prefix(19))…); name another --run-dir, or --resume never")
    }
  }
}
