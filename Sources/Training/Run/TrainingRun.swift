import DataParallel
import Datasets
import Foundation
import MessagePassing
import Objectives
import Optimizers
import Reporting
import Tensors
import Timeline

/// Trains a curriculum from its beginning or a checkpoint to its end, on all ranks together.
public final class TrainingRun {
  let communicator: Communicator
  let options: TrainingOptions
  let setup: RunSetup
  let snapshot: Snapshot
  let reporter: RunReporter?
  /// The first stage, built before anything is written: a model that does not fit is bad input.
  let first: Stage
  var finished: [ParameterSet] = []
  var finishedStates: [ReplicatedState] = []
  /// That of the stage under way, or of the last one: it knows the averages that the stage is judged by.
  var latestTrainer: StageTrainer?
  /// What the curriculum says of the stage under way.
  var plan: StagePlan
  var position: Checkpoint.Position
  var watch = ThroughputWatch()
  var lastMetrics: [(name: String, value: Double)] = []
  var lastEvaluation: [(name: String, value: Double)] = []
  var hasCheckedShown = false
  var lastCheckpoint: Int?
  var best: Checkpoint.Best?
  var decisions: EvaluationDecisions?
  /// Why the stage ends before its last epoch, where no evaluation has decided so.
  var reasonToEnd: String?
  /// The step after which this start has last evaluated the stage.
  var evaluatedStep: Int?
  /// When the job ends; rank 0 knows.
  var deadline: Deadline?
  /// Whether rank 0 has found that too little is left of it.
  var isTimeUp = false
  var hasNotedSignal = false
  /// What this rank did in the stages before.
  var earlierWork = StageTrainer.Work()
  /// Where the time of all ranks goes.
  private(set) var timing: RunTiming!
  /// The timeline, where one is kept.
  private(set) var trace: RunTrace?
  /// The fingerprint of what was learned, once the run has come to its end. Rank 0 knows.
  var digest: String?
  /// Compares what all ranks hold alike, in the stage under way.
  var replicas: ReplicaCheck?

  var configuration: RunConfiguration { setup.configuration }
  var curriculum: [StagePlan] { configuration.model.curriculum }
  var epochs: Int { plan.epochs ?? configuration.training.epochs }

  /// Opens everything. Every rank calls this; when one fails, all throw.
  public convenience init(_ communicator: Communicator, _ options: TrainingOptions) throws {
    try self.init(communicator, options, deadline: Deadline.read(communicator))
  }

  /// - Parameter deadline: when the job ends; rank 0 knows.
  init(_ communicator: Communicator, _ options: TrainingOptions, deadline: Deadline?) throws {
    Stopwatch.start()
    self.communicator = communicator
    self.options = options
    let setup = try RunSetup(communicator, options)
    self.setup = setup
    self.deadline = try together(communicator) {
      var deadline = deadline
      try deadline?.keep(margin: setup.configuration.robustness.deadlineMargin)
      return deadline
    }
    snapshot = Snapshot(communicator: communicator, layout: setup.layout)
    position = setup.checkpoint?.position ?? .init()
    // A sweep's process has done the steps of another run.
    Pulse.step = position.step
    plan = setup.configuration.model.curriculum[0]
    try Self.checkStages(communicator, setup)
    let step = setup.checkpoint?.position.step
    first = try together(communicator) {
      try setup.configuration.model.stage(0, setup.context(earlier: []))
    }
    reporter = try together(communicator) {
      guard communicator.rank == 0 else { return nil }
      let lock = try setup.directory.prepare(
        configuration: setup.configuration.yaml, resumedAt: step)
      return try RunReporter(
        setup.directory, setup.configuration, lock: lock, isQuiet: options.isQuiet,
        resumedAt: step)
    }
    self.deadline?.recall(from: setup.directory.times)
    try openJournal()
    try openTimeline(goesOn: step != nil)
  }

  private func openTimeline(goesOn: Bool) throws {
    timing = try RunTiming(communicator, path: setup.directory.timing, goesOn: goesOn) {
      [reporter] in reporter?.say($0)
    }
    // Of a run that is complete the timeline stays that of its last steps.
    guard let steps = options.trace, hasStepsLeft else { return }
    trace = try RunTrace(communicator, setup.directory, steps, warn: RunJournal.warn)
  }

  private var hasStepsLeft: Bool {
    guard let checkpoint = setup.checkpoint, let last = curriculum.last else { return true }
    let isInLast = position.stage == curriculum.count - 1
    let isAtEnd = isInLast && position.epoch >= last.epochs ?? configuration.training.epochs
    // Of several stages the one that decides is not made yet.
    let decisions =
      curriculum.count > 1
      ? nil
      : try? EvaluationDecisions(
        configuration.decisions, criterion: first.evaluator?.criterion,
        history: checkpoint.evaluations)
    return !isAtEnd && !reachedStepLimit && decisions?.stops != true
  }

  /// Trains to the end, or until a signal or the end of the job's time.
  public func run() throws -> ExitStatus { try run { _ in } }

  /// - Parameter afterwards: what belongs to the run besides, on all ranks: the watchdog still watches.
  func run(_ afterwards: (ExitStatus) throws -> Void) throws -> ExitStatus {
    let result = Result {
      let status = try runStages()
      try afterwards(status)
      return status
    }
    reporter?.waitForPictures()
    closeJournal(result)
    trace?.finish()
    Stopwatch.stop()
    reporter?.close(result)
    recordEnd(result)
    if case .failure(is NumericalError) = result {
      sayWhereTraceIs()
      writeReport(result)
    }
    let status = try result.get()
    Pulse.phase = .finish
    // After an error there may be ranks that do not know of it.
    Watchdog.stop()
    try joinTrace(status)
    writeReport(result)
    return status
  }

  private func runStages() throws -> ExitStatus {
    let introduction = try RunIntroduction(communicator)
    noteRun(introduction)
    for line in introduction.lines(setup, ranks: communicator.size) { reporter?.say(line) }
    recordStart(introduction)
    for (index, plan) in curriculum.enumerated() {
      self.plan = plan
      Pulse.phase = .setUp
      let stage =
        try index == 0 ? first : configuration.model.stage(index, setup.context(earlier: finished))
      if index < position.stage {
        try restoreParameters(stage)
      } else if try train(stage, index) == .stopped {
        return .stopped
      }
      finished.append(stage.objective.parameters)
      finishedStates += stage.objective.replicatedState
      // A stage that the limit cut short must not be taken for finished.
      if reachedStepLimit { break }
    }
    reporter?.finish()
    return .done
  }

  func restoreParameters(_ stage: Stage) throws {
    guard let checkpoint = setup.checkpoint else { return }
    try together(communicator) {
      try Snapshot.restore(stage.objective.parameters, from: checkpoint)
      try Snapshot.restore(stage.objective.replicatedState, from: checkpoint)
    }
  }

  // MARK: - One stage

  func train(_ stage: Stage, _ index: Int) throws -> ExitStatus {
    earlierWork = work
    latestTrainer = nil
    evaluatedStep = nil
    let trainer = try makeTrainer(stage)
    replicas = try makeReplicaCheck(stage)
    deadline?.expect(stage.objective.parameters)
    latestTrainer = trainer
    let isNew = index > position.stage
    let history = isNew ? [:] : setup.checkpoint?.evaluations ?? [:]
    let decisions = try together(communicator) {
      try EvaluationDecisions(
        decisionSettings(index), criterion: stage.evaluator?.criterion, history: history)
    }
    self.decisions = decisions
    trainer.rate = decisions.rate
    if isNew {
      position = .init(stage: index, step: position.step)
      best = nil
      try writeCheckpoint(trainer)
    } else if let checkpoint = setup.checkpoint {
      LoadingMark.renew()
      try restoreParameters(stage)
      try together(communicator) { try snapshot.restore(trainer, from: checkpoint) }
      LoadingMark.clear()
      best = checkpoint.best
      try keepWhatWasResumed(trainer)
    }
    noteStage(stage)
    sayMemory(stage)
    let evaluation = try StageEvaluation(stage, setup.data, setup.across, communicator)
    watch.restart()
    reasonToEnd = nil
    guard try evaluateIfOwed(trainer, evaluation) else { return try stop(trainer) }
    while position.epoch < epochs && !reachedStepLimit && !stopsEarly {
      let status = try trainer.fullBatch.map { try update($0, trainer, evaluation) }
      if try status ?? trainEpoch(trainer, evaluation) == .stopped { return .stopped }
    }
    if stopsEarly { sayStopsEarly() }
    if try finish(trainer, evaluation) == .stopped { return .stopped }
    let isLast = index == curriculum.count - 1
    // Only what others build on: the last stage may go on for more epochs.
    if !isLast && !reachedStepLimit { trainer.adoptAverages() }
    return .done
  }

  func makeTrainer(_ stage: Stage) throws -> StageTrainer {
    let objective = stage.objective
    // What an objective moves by itself has no gradient, and no average.
    let names = Set(objective.phases.flatMap { $0.sums.slices.map(\.name) })
    let optimizer = choice(plan).stochastic?.optimizer(
      objective.parameters, names: names, groups: stage.groups)
    let isSearch = choice(plan).fullBatch != nil
    let trainer = try StageTrainer(
      stage, optimizers: optimizer.map { one in objective.phases.map { _ in one } } ?? [],
      loader: setup.data.trainingLoader(), layout: setup.layout,
      reduction: configuration.training.reduction,
      delay: isSearch ? 0 : configuration.training.delay,
      communicator: communicator, across: setup.across)
    trainer.fullBatch = choice(plan).fullBatch.map { FullBatchUpdates(objective, $0) }
    return trainer
  }

  /// The run's decisions are about the last stage: those before have values of their own.
  private func decisionSettings(_ stage: Int) -> DecisionSettings {
    stage == curriculum.count - 1 ? configuration.decisions : .none
  }

  /// How a stage's parameters are moved.
  func choice(_ plan: StagePlan) -> OptimizerChoice { plan.optimizer ?? configuration.optimizer }

  func trainEpoch(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws
    -> ExitStatus
  {
    let samplePlan = setup.data.plan
    var stops = false
    trainer.begin(epoch: position.epoch)
    while position.stepInEpoch < samplePlan.stepsPerEpoch && !reachedStepLimit {
      let samples = samplePlan.globalCount(step: position.stepInEpoch)
      let start = watch.now
      trainer.watchesGradients = wantsGradients
      let agreement = try takeStep(trainer)
      if agreement.isNotFinite { throw divergence(trainer) }
      position.step += 1
      position.stepInEpoch += 1
      try recordGradients(trainer)
      deadline?.take(step: watch.now - start)
      try checkReplicasIfDue()
      watch.add(samples: samples)
      let endsEpoch = position.stepInEpoch == samplePlan.stepsPerEpoch
      if endsEpoch || position.step % configuration.training.logEverySteps == 0 {
        try Activity.report.during("log") {
          try log(trainer, trainer.takeMetrics(), endsEpoch: endsEpoch)
        }
      }
      if !endsEpoch && isCheckpointDue(atEpochEnd: false) { try writeCheckpoint(trainer) }
      stops = agreement.stops
      if stops && !endsEpoch { return try stop(trainer) }
    }
    guard position.stepInEpoch == samplePlan.stepsPerEpoch else { return .done }
    beginNextEpoch()
    guard try evaluateIfDue(trainer, evaluation, stops: stops) else { return try stop(trainer) }
    if isCheckpointDue(atEpochEnd: true) { try writeCheckpoint(trainer) }
    // After the last epoch there is nothing to go on with: the run ends as if nobody had asked.
    let isLast = position.epoch == epochs || stopsEarly
    return stops && !isLast ? try stop(trainer) : .done
  }

  /// One update, in the timeline where there is one.
  private func takeStep(_ trainer: StageTrainer) throws -> StageTrainer.Agreement {
    func take() throws -> StageTrainer.Agreement {
      try trainer.step(
        position.stepInEpoch, step: position.step,
        stopRequested: wantsToStop(steps: 2, evaluates: isEvaluationNear))
    }
    guard let trace else { return try take() }
    return try trace.during(
      step: position.step + 1, epoch: position.epoch + 1, place: position.stepInEpoch,
      of: trainer.batchesPerEpoch, samples: { trainer.ownSamplesOfBatch }, take)
  }

  /// What this rank has done in this start.
  var work: StageTrainer.Work { earlierWork + (latestTrainer?.work ?? StageTrainer.Work()) }

  func beginNextEpoch() {
    position.epoch += 1
    position.stepInEpoch = 0
  }

  var stopsEarly: Bool { reasonToEnd != nil || decisions?.stops ?? false }

  var reachedStepLimit: Bool {
    configuration.training.steps.map { position.step >= $0 } ?? false
  }

  func isCheckpointDue(atEpochEnd: Bool) -> Bool {
    guard let every = configuration.checkpoint.everySteps else { return atEpochEnd }
    return position.step % every == 0
  }
}
