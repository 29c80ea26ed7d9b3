import Datasets
import Foundation
import MessagePassing
import Objectives
import Optimizers
import Reporting
import Tensors

/// What a run says while it trains and when a stage ends. Rank 0 has a reporter; others are silent.
extension TrainingRun {
  func sayStopsEarly() {
    reporter?.finish()
    reporter?.say(
      "stopping after epoch \(position.epoch): \(reasonToEnd ?? decisions?.reason ?? "")")
  }

  /// What a model that trains by back-propagation holds besides parameters: it does not grow from here.
  func sayMemory(_ stage: Stage) {
    let rows = setup.data.plan.capacity(of: 0)
    let shards = setup.layout.local.count
    guard let reporter,
      let bytes = stage.objective.plannedBytes(shards: shards, rows: rows)
    else { return }
    reporter.say(
      "\(stage.name): \(stage.objective.parameters.layout.count) parameters; rank 0 works on "
        + "\(shards == 1 ? "a shard" : "\(shards) shards") of \(rows) samples in \(Self.size(bytes))"
    )
  }

  private static func size(_ bytes: Int) -> String {
    String(format: "%.1f MiB", Double(bytes) / Double(1 << 20))
  }

  /// - Parameter times: where the time of all ranks went.
  func summarize(_ trainer: StageTrainer, _ times: [RankTimes]) {
    guard let reporter else { return }
    reporter.finish()
    reporter.waitForPictures()
    let done = "\(trainer.stage.name): \(position.step) steps, \(position.epoch) epochs"
    if watch.isIdle {
      reporter.say(
        "\(done): complete already; --epochs with a larger number goes on, --resume never trains anew"
      )
    } else {
      reporter.say("\(done), \(Format.rate(watch.overallRate)) samples/s")
      for line in TimeSentences(ranks: times).lines { reporter.say(line) }
    }
    reporter.say("pictures: \(setup.directory.images)")
    reporter.say("checkpoint: \(setup.directory.checkpoints.path(step: position.step))")
    if let best {
      reporter.say(
        "best \(best.name): \(Format.metric(best.value)) after step \(best.step): "
          + setup.directory.checkpoints.bestPath)
    }
    let digest = parameterDigest(finished + [trainer.stage.objective.parameters])
    reporter.say("digest: \(digest)")
    self.digest = digest
  }

  func say(evaluation values: [(name: String, value: Double)], of stage: Stage) {
    let text = values.map { "\($0.name) \(Format.metric($0.value))" }.joined(separator: "  ")
    reporter?.say(
      Message(
        "evaluation after epoch \(position.epoch): \(text)", event: .evaluation,
        fields: [
          "stage": .string(stage.name), "epoch": .int(position.epoch), "step": .int(position.step),
          "metrics": .object(JSONObject(values.map { ($0.name, .double($0.value)) })),
        ]))
  }

  /// A metric that is to be shown and is never measured: told of once, in the last stage, when all its metrics are
  /// known. (Other stages may have others.)
  func checkShown() {
    guard let reporter, let names = configuration.reporting.show, !hasCheckedShown,
      position.stage == curriculum.count - 1
    else { return }
    hasCheckedShown = true
    let known = (lastMetrics + lastEvaluation).map(\.name)
    let unknown = names.filter { !known.contains($0) }
    if !unknown.isEmpty {
      reporter.say(
        "warning: reporting.show names \(unknown.joined(separator: ", ")), which is not measured here; there are "
          + Set(known).sorted().joined(separator: ", "))
    }
  }

  /// What whoever watches the run's files wants to know of it from the start.
  func noteRun(_ introduction: RunIntroduction) {
    reporter?.note([
      "name": .string(configuration.name), "ranks": .int(communicator.size),
      "hosts": .array(introduction.hosts.map { .string($0) }), "stages": .int(curriculum.count),
      "step": .int(position.step), "steps": .int(totalSteps),
    ])
  }

  /// The same of a stage that begins.
  func noteStage(_ stage: Stage) {
    (lastEvaluation, lastMetrics) = ([], [])
    reporter?.note([
      "stage": .string(stage.name), "epoch": .int(min(position.epoch + 1, epochs)),
      "epochs": .int(epochs),
    ])
    noteBest()
  }

  func noteBest() {
    let fact = best.map { best in
      JSONValue.object([
        "name": .string(best.name), "value": .double(best.value), "step": .int(best.step),
      ])
    }
    reporter?.note(["best": fact ?? .null])
  }

  /// What is shown beside the loss: what the configuration names, else what judges the model, and what else is
  /// measured in training, two at most.
  private func chosenMetrics(_ stage: Stage) -> [(name: String, value: Double)] {
    let measured = Array(lastMetrics.dropFirst()) + lastEvaluation
    let standard = [stage.evaluator?.criterion?.name].compactMap { $0 } + measured.map(\.name)
    let isChosen = configuration.reporting.show != nil
    var names: [String] = []
    for name in configuration.reporting.show ?? standard
    where !names.contains(name) && name != lastMetrics.first?.name {
      let isTold = isChosen || lastMetrics.contains { $0.name == name } || name == standard.first
      if isTold && measured.contains(where: { $0.name == name }) { names.append(name) }
    }
    return names.prefix(2).compactMap { name in measured.first { $0.name == name } }
  }

  /// - Parameter metrics: the means since the last line.
  func log(
    _ trainer: StageTrainer, _ metrics: [(name: String, value: Double)], endsEpoch: Bool
  ) throws {
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
        step: position.step, steps: steps, loss: loss, metrics: chosenMetrics(trainer.stage),
        samplesPerSecond: rate,
        eta: watch.eta(samples: (steps - position.step) * samplesPerUpdate),
        endsEpoch: endsEpoch))
  }

  var totalSteps: Int {
    let all = curriculum.reduce(0) { sum, plan in
      let steps = choice(plan).fullBatch == nil ? setup.data.plan.stepsPerEpoch : 1
      return sum + steps * (plan.epochs ?? configuration.training.epochs)
    }
    return min(all, configuration.training.steps ?? all)
  }

  /// A line search mostly takes a pass or two; how many there will be nobody knows.
  private var samplesPerUpdate: Int {
    choice(plan).fullBatch == nil ? configuration.training.globalBatch : setup.data.train.count
  }
}
