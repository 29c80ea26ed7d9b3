import Optimizers
import Testing
import Yams

@testable import Training

@Suite("The resolved configuration") struct ResolvedConfigurationTests {
  private static let long = """
    name: "yes"
    seed: 7
    data:
      train: {files: [a.h5, "b: c.h5"], images: /x, labels: /y, layout: NHWC}
      test: {file: c.h5}
      transform: binarize-sample
      range: [-1, 1.5]
      memory: 12 MiB
    model: {family: rbm, hidden: 3, sampler: pcd, gibbs_steps: {kind: linear, start: 1, end: 9, epochs: 4}}
    training: {steps: 9, global_batch: 256}
    optimizer: {learning_rate: [0.1, 0.05], momentum: 0.5}
    """

  @Test(arguments: [shortest, long])
  func roundTrip(text: String) throws {
    let first = try configuration(text)
    let second = try RunConfiguration(text: first.yaml, file: "elsewhere.yaml")
    #expect(second.yaml == first.yaml)
    #expect(second.name == first.name)
    #expect(second.data.train == first.data.train)
    #expect(second.optimizer.stochastic?.learningRate == first.optimizer.stochastic?.learningRate)
    #expect(differencesThatMatter(first.resolved, second.resolved).isEmpty)
  }

  @Test func isComplete() throws {
    let keys = try flattenedKeys(#require(try Yams.compose(yaml: configuration().yaml)))
    #expect(
      keys.sorted()
        == [
          "checkpoint.every_steps", "checkpoint.keep", "data.cache", "data.memory", "data.order",
          "data.range", "data.test", "data.train.file", "data.train.images", "data.train.labels",
          "data.train.layout", "data.transform", "deadline.margin", "evaluation.batch_norm",
          "evaluation.every_epochs",
          "evaluation.picture_share", "evaluation.pictures", "evaluation.standing_batches",
          "model.ais.burn_in", "model.ais.runs", "model.ais.spacing", "model.ais.temperatures",
          "model.ais.tolerance", "model.centering", "model.chains", "model.family", "model.flips",
          "model.gibbs_steps", "model.hidden", "model.initial_deviation",
          "model.initial_visible_bias", "model.likelihood", "model.negative_hidden",
          "model.negative_visible",
          "model.positive_hidden", "model.pseudo_likelihood", "model.sample_sweeps",
          "model.sampler", "model.sparsity", "model.visible", "name", "optimizer.averaging",
          "optimizer.clip_norm",
          "optimizer.clip_value", "optimizer.decoupled_weight_decay", "optimizer.learning_rate",
          "optimizer.momentum", "optimizer.name", "optimizer.plateau", "optimizer.weight_decay",
          "reporting.histograms_every_epochs", "reporting.show", "reporting.tensorboard", "seed",
          "sentinel.every_steps", "training.blas_threads", "training.delay",
          "training.early_stopping",
          "training.epochs",
          "training.global_batch", "training.log_every_steps", "training.reduction",
          "training.shards", "training.steps", "watchdog.end_after", "watchdog.warn_after",
        ])
  }

  @Test func differencesThatMatterAreNamed() throws {
    let old = try configuration()
    func differences(_ settings: String...) throws -> [String] {
      let new = try RunConfiguration(text: shortest, file: "run.yaml", settings: settings)
      return differencesThatMatter(old.resolved, new.resolved)
    }
    #expect(try differences("model.hidden=4") == ["model.hidden was 3 and is now 4"])
    #expect(try differences("seed=2", "optimizer.momentum=0.5").count == 2)
    #expect(
      try differences("training.shards=1") == ["training.shards was 2 and is now 1"])
    #expect(try differences("optimizer.learning_rate=[0.1]").first?.contains("[0.1]") == true)
    #expect(try differences("optimizer.learning_rate=5.0e-2", "model.gibbs_steps=1.0").isEmpty)
    #expect(try differences("model.sampler=pcd").count == 2)
  }

  @Test(
    arguments: [
      "name=x", "data.train.file=other.h5", "data.test.file=x.h5", "data.memory=2GiB",
      "data.cache=never", "training.epochs=50", "training.steps=3", "training.log_every_steps=1",
      "checkpoint.every_steps=3", "checkpoint.keep=9", "evaluation.every_epochs=3",
      "evaluation.pictures=false",
    ])
  func otherDifferencesDoNot(setting: String) throws {
    let (old, new) = (try configuration(), try configuration(shortest, setting))
    #expect(differencesThatMatter(old.resolved, new.resolved).isEmpty)
  }

  @Test("what evaluations are made of matters where they decide")
  func evaluationsThatDecide() throws {
    let text = shortest + "training: {early_stopping: {patience: 3}}\n"
    let (file, other) = ("data.test.file=x.h5", "data.test.file=y.h5")
    let old = try configuration(text, file)
    let moved = try configuration(text, other, "evaluation.pictures=false")
    #expect(differencesThatMatter(old.resolved, moved.resolved).isEmpty)
    let changed = try configuration(text, file, "evaluation.every_epochs=2")
    #expect(
      differencesThatMatter(old.resolved, changed.resolved) == [
        "evaluation.every_epochs was 1 and is now 2"
      ])
  }

  private func flattenedKeys(_ node: Node, _ path: String = "") -> [String] {
    guard let mapping = node.mapping else { return [path] }
    return mapping.flatMap { key, value in
      flattenedKeys(value, path.isEmpty ? key.string! : "\(path).\(key.string!)")
    }
  }
}
