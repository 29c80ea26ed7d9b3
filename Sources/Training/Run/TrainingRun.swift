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
  /// The first stage, built before anything is written: a model that does not fit the data leaves nothing.
  private var firstStage: Stage?
  private var finished: [ParameterSet] = []
  /// What the curriculum says of the stage under way.
  private var plan: StagePlan
  private var position: Checkpoint.Position
  private var watch = ThroughputWatch()
  private var lastMetrics: [(name: String, value: Double)] = []
  private var lastCheckpoint: Int?
  private var best: Checkpoint.Best?
  private var decisions: EvaluationDecisions?

  private var configuration: RunConfiguration { setup.configuration }
  private var curriculum: [StagePlan] { configuration.model.curriculum }
  private var epochs: Int { plan.epochs ?? configuration.training.epochs }

  /// Opens everything. Every rank calls this; when one fails, all throw.
  public init(_ communicator: Communicator, _ options: TrainingOptions) throws {
    self.communicator = communicator
    self.options = options
    let setup = try RunSetup(communicator, options)
    self.setup = setup
    snapshot = Snapshot(communicator: communicator, layout: setup.layout)
    position = setup.checkpoint?.position ?? .init()
    plan = setup.configuration.model.curriculum[0]
    let step = setup.checkpoint?.position.step
    firstStage = try together(communicator) {
      try setup.configuration.model.stage(0, Self.context(setup, earlier: []))
    }
    reporter = try together(communicator) {
      guard communicator.rank == 0 else { return nil }
      let lock = try setup.directory.prepare(
        configuration: setup.configuration.yaml, resumedAt: step)
      return try RunReporter(
        setup.directory, lock: lock, isQuiet: options.isQuiet, resumedAt: step)
    }
  }

  /// Trains to the end, or until a signal.
  public func run() throws -> ExitStatus {
    let introduction = try RunIntroduction(communicator)
    for line in introduction.lines(setup, ranks: communicator.size) { reporter?.say(line) }
    for (index, plan) in curriculum.enumerated() {
      self.plan = plan
      let stage =
        try takeFirstStage()
        ?? configuration.model.stage(index, Self.context(setup, earlier: finished))
      if index < position.stage {
        try restoreParameters(stage)
      } else if try train(stage, index) == .stopped {
        return .stopped
      }
      finished.append(stage.objective.parameters)
      // A stage that the limit cut short must not be taken for finished.
      if reachedStepLimit { break }
    }
    reporter?.finish()
    return .done
  }

  private static func context(_ setup: RunSetup, earlier: [ParameterSet]) -> StageContext {
    StageContext(
      shape: setup.data.train.shape, seed: setup.configuration.seed, layout: setup.layout,
      earlier: earlier)
  }

  private func takeFirstStage() -> Stage? {
    defer { firstStage = nil }
    return firstStage
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
    let isNew = index > position.stage
    let history = isNew ? [:] : setup.checkpoint?.evaluations ?? [:]
    let decisions = try together(communicator) {
      try EvaluationDecisions(
        configuration.decisions, criterion: stage.evaluator?.criterion, history: history)
    }
    self.decisions = decisions
    trainer.rate = decisions.rate
    if isNew {
      position = .init(stage: index, step: position.step)
      best = nil
      try writeCheckpoint(trainer)
    } else if let checkpoint = setup.checkpoint {
      try restoreParameters(stage)
      try together(communicator) { try snapshot.restore(trainer, from: checkpoint) }
      best = checkpoint.best
      try keepWhatWasResumed(trainer)
    }
    let evaluation = try StageEvaluation(stage, setup.data, setup.across)
    watch.restart()
    while position.epoch < epochs && !reachedStepLimit && !stopsEarly {
      if try trainEpoch(trainer, evaluation) == .stopped { return .stopped }
    }
    if stopsEarly { sayStopsEarly() }
    try finish(trainer, evaluation)
    let isLast = index == curriculum.count - 1
    // Only what others build on: the last stage may go on for more epochs.
    if !isLast && !reachedStepLimit { trainer.adoptAverages() }
    return .done
  }

  /// A run that goes on from a checkpoint of another folder has one of its own from the start.
  private func keepWhatWasResumed(_ trainer: StageTrainer) throws {
    let store = setup.directory.checkpoints
    let files = FileManager.default
    let found = [store.bestPath, store.path(step: position.step)].map {
      UInt8(files.fileExists(atPath: $0) ? 1 : 0)
    }
    let here = try communicator.broadcast(found)
    if here[0] == 0 { best = nil }
    if here[1] == 1 { lastCheckpoint = position.step } else { try writeCheckpoint(trainer) }
  }

  private func makeTrainer(_ stage: Stage) throws -> StageTrainer {
    // What an objective moves by itself has no gradient, and no average.
    let names = Set(stage.objective.phases.flatMap { $0.sums.slices.map(\.name) })
    return try StageTrainer(
      stage,
      optimizer: (plan.optimizer ?? configuration.optimizer).optimizer(
        stage.objective.parameters, names: names),
      loader: setup.data.trainingLoader(), layout: setup.layout,
      reduction: configuration.training.reduction, communicator: communicator,
      across: setup.across)
  }

  private func trainEpoch(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws
    -> ExitStatus
  {
    let samplePlan = setup.data.plan
    var stops = false
    trainer.begin(epoch: position.epoch)
    while position.stepInEpoch < samplePlan.stepsPerEpoch && !reachedStepLimit {
      let samples = samplePlan.globalCount(step: position.stepInEpoch)
      let agreement = try trainer.step(
        position.stepInEpoch, step: position.step, stopRequested: StopRequest.isPending)
      if agreement.isNotFinite { throw divergence(trainer) }
      position.step += 1
      position.stepInEpoch += 1
      watch.add(samples: samples)
      let endsEpoch = position.stepInEpoch == samplePlan.stepsPerEpoch
      if endsEpoch || position.step % configuration.training.logEverySteps == 0 {
        try log(trainer, endsEpoch: endsEpoch)
      }
      if !endsEpoch && isCheckpointDue(atEpochEnd: false) { try writeCheckpoint(trainer) }
      stops = agreement.stops
      if stops && !endsEpoch { return try stop(trainer) }
    }
    guard position.stepInEpoch == samplePlan.stepsPerEpoch else { return .done }
    beginNextEpoch()
    try evaluateIfDue(trainer, evaluation)
    if isCheckpointDue(atEpochEnd: true) { try writeCheckpoint(trainer) }
    // After the last epoch there is nothing to go on with: the run ends as if nobody had asked.
    let isLast = position.epoch == epochs || stopsEarly
    return stops && !isLast ? try stop(trainer) : .done
  }

  private func beginNextEpoch() {
    position.epoch += 1
    position.stepInEpoch = 0
  }

  private var stopsEarly: Bool { decisions?.stops ?? false }

  private func sayStopsEarly() {
    reporter?.finish()
    reporter?.say("stopping after epoch \(position.epoch): \(decisions?.reason ?? "")")
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
    // Before the checkpoint of the same step, which then knows of the best evaluation.
    let isLast = position.epoch == epochs
    let isDue = every > 0 && position.epoch % every == 0
    guard isLast || isDue else { return }
    try evaluate(trainer, evaluation, decides: isDue)
  }

  /// - Parameter decides: whether this is one of the evaluations at fixed epochs, which decide.
  private func evaluate(
    _ trainer: StageTrainer, _ evaluation: StageEvaluation, decides: Bool
  ) throws {
    guard trainer.stage.objective.parameters.flat.isFinite else { throw divergence(trainer) }
    let start = watch.now
    let values = try trainer.withAverages {
      let values = try evaluation.run()
      try report(trainer, values)
      return values
    }
    watch.pause(watch.now - start)
    if decides { try decide(trainer, values) }
    try keepIfBest(trainer, values)
  }

  private func report(
    _ trainer: StageTrainer, _ values: [(name: String, value: Double)]
  ) throws {
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
  }

  /// Values are the same bits on every rank, so all come to the same conclusion.
  private func decide(_ trainer: StageTrainer, _ values: [(name: String, value: Double)]) throws {
    guard let before = decisions, !before.isEmpty else { return }
    decisions = try together(communicator) {
      var after = before
      try after.add(values)
      return after
    }
    trainer.rate = decisions?.rate ?? .none
    if trainer.rate != before.rate {
      reporter?.say(
        "no progress: from here on learning rates are multiplied by \(trainer.rate.factor)"
          + (trainer.rate.minimum > 0 ? ", down to \(trainer.rate.minimum)" : ""))
    }
  }

  /// Values are the same bits on every rank, so all come to the same conclusion.
  private func keepIfBest(
    _ trainer: StageTrainer, _ values: [(name: String, value: Double)]
  ) throws {
    guard let criterion = trainer.stage.evaluator?.criterion,
      let value = values.first(where: { $0.name == criterion.name })?.value,
      best.map({ criterion.prefers(value, to: $0.value) }) ?? value.isFinite
    else { return }
    best = .init(name: criterion.name, value: value, step: position.step)
    try writeCheckpoint(trainer) { try $0.writeBest($1) }
  }

  private func draw(_ stage: Stage) throws {
    let writer = PictureWriter(
      directory: setup.directory.images, shape: setup.data.train.shape,
      transform: setup.data.transform)
    let pictures = stage.pictures(try setup.data.examples(16))
    _ = try writer.write(pictures, step: position.step)
  }

  private func finish(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws {
    // Where the last epoch was cut short: not one of the evaluations that decide.
    if try !isEvaluated(trainer.stage) { try evaluate(trainer, evaluation, decides: false) }
    if lastCheckpoint != position.step { try writeCheckpoint(trainer) }
    summarize(trainer)
  }

  /// Whether the metrics of a run that went on tell of an evaluation here already: a run may have
  /// ended between its last checkpoint and its last evaluation.
  private func isEvaluated(_ stage: Stage) throws -> Bool {
    let found = try reporter?.hasEvaluation(stage: stage.name, step: position.step) ?? false
    return try communicator.broadcast([found ? 1 : 0]) == [1]
  }

  private func summarize(_ trainer: StageTrainer) {
    guard let reporter else { return }
    reporter.finish()
    let times = trainer.times
    reporter.say(
      "\(trainer.stage.name): \(position.step) steps, \(position.epoch) epochs, "
        + "\(Format.rate(watch.overallRate)) samples/s; rank 0 spent "
        + String(
          format: "%.2f s computing, %.2f s reducing, %.2f s loading", times.compute, times.reduce,
          times.load))
    reporter.say("pictures: \(setup.directory.images)")
    reporter.say("checkpoint: \(setup.directory.checkpoints.path(step: position.step))")
    if let best {
      reporter.say(
        "best \(best.name): \(Format.metric(best.value)) after step \(best.step): "
          + setup.directory.checkpoints.bestPath)
    }
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
    // The display keeps an epoch's last status, to show it when the run ends.
    guard endsEpoch || reporter.isDue(endsEpoch: false), let loss = lastMetrics.first else {
      return
    }
    let steps = totalSteps
    reporter.show(
      ProgressDisplay.Status(
        stage: curriculum.count > 1 ? trainer.stage.name : nil,
        epoch: position.epoch + 1, epochs: epochs,
        step: position.step, steps: steps, loss: loss, metrics: Array(lastMetrics.dropFirst()),
        samplesPerSecond: rate,
        eta: watch.eta(samples: (steps - position.step) * configuration.training.globalBatch),
        endsEpoch: endsEpoch))
  }

  private var totalSteps: Int {
    let all =
      setup.data.plan.stepsPerEpoch
      * curriculum.reduce(0) { $0 + ($1.epochs ?? configuration.training.epochs) }
    return min(all, configuration.training.steps ?? all)
  }

  // MARK: - Checkpoints

  private func stop(_ trainer: StageTrainer) throws -> ExitStatus {
    if lastCheckpoint != position.step { try writeCheckpoint(trainer) }
    reporter?.finish()
    reporter?.say(
      "stopped by a signal after step \(position.step), with a checkpoint; run it again to go on")
    return .stopped
  }

  private func writeCheckpoint(_ trainer: StageTrainer) throws {
    let keep = configuration.checkpoint.keep
    try writeCheckpoint(trainer) { try $0.write($1, keep: keep) }
    lastCheckpoint = position.step
  }

  /// Rank 0 writes; all bring their chains. Parameters are the same bits everywhere.
  private func writeCheckpoint(
    _ trainer: StageTrainer, _ write: (CheckpointStore, Checkpoint) throws -> Void
  ) throws {
    let parameters = finished + [trainer.stage.objective.parameters]
    guard parameters.allSatisfy(\.flat.isFinite) else { throw divergence(trainer) }
    let start = watch.now
    let arrays = try snapshot.arrays(
      parameters: parameters, trainer: trainer, extra: setup.data.stateArrays)
    let sums = try snapshot.metricSums(trainer)
    if communicator.rank == 0 {
      let checkpoint = Checkpoint(
        arrays: arrays, metricSums: sums, evaluations: decisions?.history ?? [:],
        position: position, best: best, program: programVersion,
        family: type(of: configuration.model).name, configuration: configuration.yaml,
        dataset: setup.data.fingerprint, sampleShape: setup.data.train.shape.axes,
        digest: parameterDigest(parameters))
      try write(setup.directory.checkpoints, checkpoint)
    }
    watch.pause(watch.now - start)
  }
}
