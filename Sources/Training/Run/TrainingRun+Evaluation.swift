import Datasets
import MessagePassing
import Objectives
import Optimizers
import Reporting
import Tensors
import Timeline

/// Evaluations: what they measure, decide and show, and how a stage ends.
extension TrainingRun {
  /// - Parameter stops: whether the ranks have agreed to stop: then the evaluation is left to who goes on.
  /// - Returns: whether the run may go on; not where an evaluation is owed.
  func evaluateIfDue(
    _ trainer: StageTrainer, _ evaluation: StageEvaluation, stops: Bool = false
  ) throws -> Bool {
    let every = configuration.evaluation.everyEpochs
    // Before the checkpoint of the same step, which then knows of the best evaluation.
    let isLast = position.epoch == epochs
    let isDue = every > 0 && position.epoch % every == 0
    position.owesEvaluation = false
    guard isLast || isDue else { return true }
    let isDone = try !stops && evaluate(trainer, evaluation, decides: isDue)
    position.owesEvaluation = !isDone
    return isDone
  }

  /// What a run that was stopped before an evaluation begins with.
  func evaluateIfOwed(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws -> Bool {
    guard position.owesEvaluation else { return true }
    guard try evaluateIfDue(trainer, evaluation) else { return false }
    try writeCheckpoint(trainer)
    return true
  }

  /// - Parameter decides: whether this is one of the evaluations at fixed epochs, which decide.
  /// - Returns: false where a rank was asked to stop: then nothing has been measured.
  func evaluate(
    _ trainer: StageTrainer, _ evaluation: StageEvaluation, decides: Bool
  ) throws -> Bool {
    guard trainer.stage.objective.parameters.flat.isFinite else { throw divergence(trainer) }
    let start = watch.now
    deadline?.beginEvaluation()
    defer { deadline?.endEvaluation() }
    reporter?.begin(.evaluation)
    let measured = try Activity.evaluate.during("evaluate", isRare: true) {
      try Pulse.during(.evaluate) {
        try trainer.withAverages { try measure(trainer, evaluation) }
      }
    }
    watch.pause(watch.now - start)
    reporter?.end(.evaluation, step: measured == nil ? nil : position.step)
    guard let values = measured else { return false }
    evaluatedStep = position.step
    _ = try timing.gather(work)
    deadline?.take(evaluation: watch.now - start)
    if decides { try decide(trainer, values) }
    try keepIfBest(trainer, values)
    return true
  }

  private func measure(
    _ trainer: StageTrainer, _ evaluation: StageEvaluation
  ) throws -> [(name: String, value: Double)]? {
    do {
      let values = try evaluation.run { wantsToStop(steps: 0, evaluates: false) }
      try Activity.report.during("report") {
        try recordParameters(trainer)
        try report(trainer, values)
      }
      return values
    } catch is EvaluationPass.Interrupted {
      return nil
    }
  }

  func report(
    _ trainer: StageTrainer, _ values: [(name: String, value: Double)]
  ) throws {
    if let reporter {
      if !values.isEmpty {
        try reporter.record(
          "evaluation", stage: trainer.stage.name, epoch: position.epoch, step: position.step,
          values)
        lastEvaluation = values
        say(evaluation: values, of: trainer.stage)
        checkShown()
        for note in trainer.stage.evaluator?.notes ?? [] { reporter.say(note) }
      }
      Activity.report.during("pictures") { show(trainer.stage, reporter) }
    }
  }

  /// Values are the same bits on every rank, so all come to the same conclusion.
  func decide(_ trainer: StageTrainer, _ values: [(name: String, value: Double)]) throws {
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
  func keepIfBest(
    _ trainer: StageTrainer, _ values: [(name: String, value: Double)]
  ) throws {
    guard let criterion = trainer.stage.evaluator?.criterion,
      let value = values.first(where: { $0.name == criterion.name })?.value,
      best.map({ criterion.prefers(value, to: $0.value) }) ?? value.isFinite
    else { return }
    best = .init(name: criterion.name, value: value, step: position.step)
    noteBest()
    try writeCheckpoint(trainer) { try $0.writeBest($1) }
  }

  /// Pictures and tables of an evaluation; those who draw never end the run.
  /// - Parameter isLast: whether the stage has ended.
  private func show(_ stage: Stage, _ reporter: RunReporter, isLast: Bool = false) {
    let (name, names) = (curriculum.count > 1 ? stage.name : nil, setup.data.classNames)
    let tables = (stage.evaluator?.tables ?? []).map {
      TableFile(table: $0, stage: stage.name, step: position.step, classNames: names)
    }
    let perEpoch = choice(plan).fullBatch == nil ? setup.data.plan.stepsPerEpoch : 1
    let clock = LearningCurves.Clock(
      firstStep: position.step - position.epoch * perEpoch - position.stepInEpoch,
      stepsPerEpoch: perEpoch)
    let place = Gallery.Place(
      run: configuration.name, stage: name, epoch: position.epoch, step: position.step,
      clock: clock)
    let draws = configuration.evaluation.pictures
    reporter.show(
      .init(
        place: place, isLast: isLast, pictures: { draws ? try self.pictures(stage) : nil },
        tables: tables),
      stage: stage.name)
  }

  private func pictures(_ stage: Stage) throws -> (writer: PictureWriter, pictures: [Picture]) {
    let writer = PictureWriter(
      directory: setup.directory.images, shape: setup.data.train.shape,
      transform: setup.data.transform, classNames: setup.data.classNames)
    var pictures = stage.pictures(try setup.data.examples(16))
    if stage.drawsCodes, let encoder = stage.encoder {
      let examples = try setup.data.examples(CodePicture.count)
      if let picture = try CodePicture.picture(encoder, examples) { pictures.append(picture) }
    }
    return (writer, pictures)
  }

  func finish(_ trainer: StageTrainer, _ evaluation: StageEvaluation) throws -> ExitStatus {
    // Where the last epoch was cut short: not one of the evaluations that decide.
    if try !isEvaluated(trainer.stage), try !evaluate(trainer, evaluation, decides: false) {
      return try stop(trainer)
    }
    showLast(trainer)
    if lastCheckpoint != position.step { try writeCheckpoint(trainer) }
    summarize(trainer, try timing.gather(work))
    return .done
  }

  /// Draws what a stage came to, where its last evaluation had no time for pictures: which one is the last is known
  /// at the end alone.
  private func showLast(_ trainer: StageTrainer) {
    guard let reporter, configuration.evaluation.pictures,
      !reporter.hasPictures(step: position.step)
    else { return }
    Activity.report.during("pictures") {
      trainer.withAverages { show(trainer.stage, reporter, isLast: true) }
    }
  }

  /// Whether this start has evaluated here, or the metrics of a run that went on tell of it: a run may have
  /// ended between its last checkpoint and its last evaluation.
  func isEvaluated(_ stage: Stage) throws -> Bool {
    // Without a test set an evaluation leaves no metrics.
    if evaluatedStep == position.step { return true }
    let found = try reporter?.hasEvaluation(stage: stage.name, step: position.step) ?? false
    return try communicator.broadcast([found ? 1 : 0]) == [1]
  }
}
