import Datasets
import Foundation
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

  func summarize(_ trainer: StageTrainer) {
    guard let reporter else { return }
    reporter.finish()
    reporter.gallery.wait()
    let done = "\(trainer.stage.name): \(position.step) steps, \(position.epoch) epochs"
    if watch.isIdle {
      reporter.say(
        "\(done): complete already; --epochs with a larger number goes on, --resume never trains anew"
      )
    } else {
      let times = trainer.times
      reporter.say(
        "\(done), \(Format.rate(watch.overallRate)) samples/s; rank 0 spent "
          + String(
            format: "%.2f s computing, %.2f s reducing, %.2f s loading", times.compute,
            times.reduce, times.load))
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
        step: position.step, steps: steps, loss: loss, metrics: Array(lastMetrics.dropFirst()),
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
