import DataParallel
import Datasets
import Foundation
import MessagePassing
import Objectives
import Optimizers
import Reporting
import Tensors

/// Trains a curriculum from its beginning or a checkpoint to its end, on all ranks together.
public final class TrainingRun {
  private let communicator: Communicator
  private let options: TrainingOptions
  private let setup: RunSetup
  private let snapshot: Snapshot
  private let reporter: RunReporter?
  private var finished: [ParameterSet] = []
  private var position: Checkpoint.Position
  private var watch = ThroughputWatch()
  private var lastMetrics: [(name: String, value: Double)] = []
  private var lastEvaluation: Int?
  private var lastCheckpoint: Int?

  private var configuration: RunConfiguration { setup.configuration }

  /// Opens everything. Every rank calls this; when one fails, all throw.
  public init(_ communicator: Communicator, _ options: TrainingOptions) throws {
    self.communicator = communicator
    self.options = options
    let setup = try RunSetup(communicator, options)
    self.setup = setup
    snapshot = Snapshot(communicator: communicator, layout: setup.layout)
    position = setup.checkpoint?.position ?? .init()
    let isNew = setup.checkpoint == nil
    let step = setup.checkpoint?.position.step
    reporter = try together(communicator) {
      guard communicator.rank == 0 else { return nil }
      try setup.directory.prepare(configuration: setup.configuration.yaml, isNew: isNew)
      return try RunReporter(setup.directory, isQuiet: options.isQuiet, resumedAt: step)
    }
  }

  /// Trains to the end, or until a signal.
  public func run() throws -> ExitStatus {
    try introduce()
    for index in 0..<configuration.model.stageCount {
      let stage = try configuration.model.stage(
        index,
        StageContext(
          shape: setup.data.train.shape, seed: configuration.seed, layout: setup.layout,
          earlier: finished))
      if index < position.stage {
        try restoreParameters(stage)
      } else if try train(stage, index) == .stopped {
        return .stopped
      }
      finished.append(stage.objective.parameters)
    }
    reporter?.finish()
    return .done
  }

  private func restoreParameters(_ stage: Stage) throws {
    guard let checkpoint = setup.checkpoint else { return }
    try together(communicator) {
      try Snapshot.restore(stage.objective.parameters, from: checkpoint)
    }
  }

  // MARK: - One stage

  private func train(_ stage: Stage, _ index: Int) throws -> ExitStatus {
    let trainer = try makeTrainer(stage)
    if index > position.stage {
      position = .init(stage: index, step: position.step)
      try writeCheckpoint(trainer)
    } else if let checkpoint = setup.checkpoint {
      try restoreParameters(stage)
      try together(communicator) { try snapshot.restore(trainer, from: checkpoint) }
      lastCheckpoint = checkpoint.position.step
    }
    let evaluation = try StageEvaluation(stage, setup.data, setup.across)
    watch.restart()
    while position.epoch < configuration.training.epochs && !reachedStepLimit {
      if try trainEpoch(trainer, evaluation) == .stopped { return .stopped }
    }
    try finish(trainer, evaluation)
    return .done
  }

  private func makeTrainer(_ stage: Stage) throws -> StageTrainer {
    try StageTrainer(
      stage,
      optimizer: StochasticGradientDescent(
        stage.objective.parameters, options: configuration.optimizer),
      loader: setup.data.trainingLoader(), layout: setup.layout,
      reduction: configuration.training.reduction, across: setup.across)
  }

  private func trainEpoch(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws
    -> ExitStatus
  {
    let plan = setup.data.plan
    trainer.begin(epoch: position.epoch)
    var stops = false
    while position.stepInEpoch < plan.stepsPerEpoch && !reachedStepLimit {
      let samples = plan.globalCount(step: position.stepInEpoch)
      let agreement = try trainer.step(
        position.stepInEpoch, step: position.step, stopRequested: StopRequest.isPending)
      if agreement.isNotFinite { throw divergence(trainer) }
      position.step += 1
      position.stepInEpoch += 1
      watch.add(samples: samples)
      let endsEpoch = position.stepInEpoch == plan.stepsPerEpoch
      if endsEpoch || position.step % configuration.training.logEverySteps == 0 {
        try log(trainer, endsEpoch: endsEpoch)
      }
      stops = agreement.stops
      // What is due at the end comes before the checkpoint that says it is done.
      if endsEpoch || reachedStepLimit { break }
      if stops { return try stop(trainer) }
      if isCheckpointDue(atEpochEnd: false) { try writeCheckpoint(trainer) }
    }
    guard position.stepInEpoch == plan.stepsPerEpoch else { return .done }
    position.epoch += 1
    position.stepInEpoch = 0
    try evaluateIfDue(trainer, evaluation)
    if stops { return try stop(trainer) }
    if isCheckpointDue(atEpochEnd: true) { try writeCheckpoint(trainer) }
    return .done
  }

  private var reachedStepLimit: Bool {
    configuration.training.steps.map { position.step >= $0 } ?? false
  }

  private func isCheckpointDue(atEpochEnd: Bool) -> Bool {
    guard let every = configuration.checkpoint.everySteps else { return atEpochEnd }
    return position.step % every == 0
  }

  private func divergence(_ trainer: StageTrainer) -> NumericalError {
    reporter?.finish()
    let saved =
      lastCheckpoint.map { "the last good checkpoint is of step \($0)" }
      ?? "there is no checkpoint yet"
    return NumericalError(
      "\(trainer.stage.objective.metrics.first ?? "the loss") is not finite at step "
        + "\(position.step), epoch \(position.epoch + 1): the model diverged; lower "
        + "optimizer.learning_rate or raise optimizer.weight_decay; \(saved)")
  }

  // MARK: - Evaluation and results

  private func evaluateIfDue(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws {
    let every = configuration.evaluation.everyEpochs
    let isLast = position.epoch == configuration.training.epochs || reachedStepLimit
    guard isLast || (every > 0 && position.epoch % every == 0) else { return }
    try evaluate(trainer, evaluation)
  }

  private func evaluate(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws {
    let start = watch.now
    lastEvaluation = position.step
    let values = try evaluation.run()
    if let reporter {
      if !values.isEmpty {
        try reporter.record(
          "evaluation", stage: trainer.stage.name, epoch: position.epoch, step: position.step,
          values)
        let text = values.map { "\($0.name) \(Format.metric($0.value))" }.joined(separator: "  ")
        reporter.say("evaluation after epoch \(position.epoch): \(text)")
      }
      if configuration.evaluation.pictures { try draw(trainer.stage) }
    }
    watch.pause(watch.now - start)
  }

  private func draw(_ stage: Stage) throws {
    let writer = PictureWriter(
      directory: setup.directory.images, shape: setup.data.train.shape,
      transform: setup.data.transform)
    let pictures = stage.pictures(try setup.data.examples(16))
    _ = try writer.write(pictures, step: position.step)
  }

  private func finish(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws {
    // A checkpoint of this step says that what was due at it is done.
    if lastCheckpoint != position.step {
      if lastEvaluation != position.step { try evaluate(trainer, evaluation) }
      try writeCheckpoint(trainer)
    }
    summarize(trainer)
  }

  private func summarize(_ trainer: StageTrainer) {
    guard let reporter else { return }
    reporter.finish()
    let times = trainer.times
    reporter.say(
      "\(trainer.stage.name): \(position.step) steps, \(position.epoch) epochs, "
        + "\(Format.rate(watch.overallRate)) samples/s; rank 0 spent "
        + "\(Format.duration(times.compute)) computing, \(Format.duration(times.reduce)) reducing, "
        + "\(Format.duration(times.load)) loading")
    reporter.say("pictures: \(setup.directory.images)")
    reporter.say("checkpoint: \(setup.directory.checkpoints.path(step: position.step))")
    let digest = parameterDigest(finished + [trainer.stage.objective.parameters])
    reporter.say("digest: \(digest)")
  }

  private func log(_ trainer: StageTrainer, endsEpoch: Bool) throws {
    let metrics = try trainer.takeMetrics()
    if !metrics.isEmpty { lastMetrics = metrics }
    guard let reporter else { return }
    let rate = watch.takeRate()
    try reporter.record(
      "train", stage: trainer.stage.name, epoch: position.epoch + 1, step: position.step,
      metrics + [("samples_per_second", rate)])
    guard reporter.isDue(endsEpoch: endsEpoch), let loss = lastMetrics.first else { return }
    let steps = totalSteps
    reporter.show(
      ProgressDisplay.Status(
        stage: configuration.model.stageCount > 1 ? trainer.stage.name : nil,
        epoch: position.epoch + 1, epochs: configuration.training.epochs,
        step: position.step, steps: steps, loss: loss, metrics: Array(lastMetrics.dropFirst()),
        samplesPerSecond: rate,
        eta: watch.eta(samples: (steps - position.step) * configuration.training.globalBatch),
        endsEpoch: endsEpoch))
  }

  private var totalSteps: Int {
    let all =
      setup.data.plan.stepsPerEpoch * configuration.training.epochs
      * configuration.model.stageCount
    return min(all, configuration.training.steps ?? all)
  }

  // MARK: - Checkpoints

  private func stop(_ trainer: StageTrainer) throws -> ExitStatus {
    try writeCheckpoint(trainer)
    reporter?.finish()
    reporter?.say(
      "stopped by a signal after step \(position.step), with a checkpoint; run it again to go on")
    return .stopped
  }

  /// Rank 0 writes; all bring their chains. Parameters are the same bits everywhere.
  private func writeCheckpoint(_ trainer: StageTrainer) throws {
    let parameters = finished + [trainer.stage.objective.parameters]
    guard parameters.allSatisfy(\.flat.isFinite) else { throw divergence(trainer) }
    let start = watch.now
    let arrays = try snapshot.arrays(
      parameters: parameters, trainer: trainer, extra: setup.data.stateArrays)
    let sums = try snapshot.metricSums(trainer)
    if communicator.rank == 0 {
      let checkpoint = Checkpoint(
        arrays: arrays, metricSums: sums, position: position, program: programVersion,
        family: type(of: configuration.model).name, configuration: configuration.yaml,
        dataset: setup.data.fingerprint, sampleShape: setup.data.train.shape.axes,
        digest: parameterDigest(parameters))
      try setup.directory.checkpoints.write(checkpoint, keep: configuration.checkpoint.keep)
    }
    lastCheckpoint = position.step
    watch.pause(watch.now - start)
  }

  // MARK: - What stands at the start

  private func introduce() throws {
    let facts = "\(communicator.host)\t\(BLAS.coreType)\t\(BLAS.threads)"
    let all = try communicator.allGather(Array(facts.utf8)).map {
      String(decoding: $0, as: UTF8.self).split(separator: "\t").map(String.init)
    }
    guard let reporter else { return }
    let hosts = Set(all.map { $0[0] }).sorted()
    let cores = Set(all.map { $0[1] }).sorted()
    let data = setup.data
    reporter.say(
      "\(configuration.name): \(communicator.size) rank\(communicator.size == 1 ? "" : "s") on "
        + "\(hosts.joined(separator: ", ")); \(setup.layout.shards) logical shards; "
        + "\(communicator.libraryVersion ?? "no MPI: one process by itself")")
    reporter.say(
      "OpenBLAS \(cores.joined(separator: ", ")), \(all[0][2]) thread\(all[0][2] == "1" ? "" : "s") a "
        + "rank; reduction \(configuration.training.reduction.rawValue)")
    reporter.say(
      "\(data.train.count) training samples of \(data.train.shape.text), "
        + "\(data.test.map { "\($0.count) test samples, " } ?? "")"
        + "\(data.isCached ? "kept in memory" : "streamed"); batch "
        + "\(configuration.training.globalBatch), \(data.plan.stepsPerEpoch) steps an epoch")
    if cores.count > 1 {
      reporter.say(
        "warning: ranks use different OpenBLAS kernels, so results depend on the number of ranks; set "
          + "OPENBLAS_CORETYPE to one of \(cores.joined(separator: ", ")) everywhere")
    }
    for note in setup.notes { reporter.say(note) }
  }
}
