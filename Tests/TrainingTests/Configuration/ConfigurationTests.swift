import DataParallel
import Datasets
import Objectives
import Optimizers
import Testing

@testable import Training

@Suite("Configuration") struct ConfigurationTests {
  @Test func everyKeyHasItsDefault() throws {
    let read = try configuration()
    #expect(read.name == "run")
    #expect(read.seed == 1)
    #expect(read.data.train == DataLocation(files: ["a.h5"], images: "/train/images"))
    #expect(read.data.test == nil)
    #expect(read.data.transform == .unit)
    #expect(read.data.range == nil)
    #expect(read.data.order == .shard)
    #expect(read.data.memory == 1 << 30)
    #expect(read.data.cache == .auto)
    #expect(read.training.epochs == 10)
    #expect(read.training.steps == nil)
    #expect(read.training.globalBatch == 128)
    #expect(read.training.shards == 2)
    #expect(read.training.reduction == .reproducible)
    #expect(read.training.logEverySteps == 100)
    #expect(read.training.blasThreads == 1)
    #expect(read.optimizer.stochastic?.learningRate == .constant(0.05))
    #expect(read.optimizer.stochastic?.rule == .momentum(.constant(0), isNesterov: false))
    #expect(read.optimizer.stochastic?.weightDecay == .constant(0))
    #expect(read.checkpoint.everySteps == nil)
    #expect(read.checkpoint.keep == 3)
    #expect(read.evaluation.everyEpochs == 1)
    #expect(read.evaluation.pictures)
    #expect(read.evaluation.pictureShare == 0.02)
  }

  @Test func everyKeyCanBeGiven() throws {
    let read = try RunConfiguration(
      text: """
        name: mine
        seed: 7
        data:
          train: {files: [a.h5, b.h5], images: /x, labels: /y, layout: NHWC}
          test: {file: c.h5}
          transform: binarize-sample
          range: [-1, 1]
          order: global
          memory: 1.5MiB
          cache: never
        model: {family: rbm, hidden: 3, sampler: pcd, chains: 9, gibbs_steps: [1, 5]}
        training: {epochs: 4, steps: 9, global_batch: 1_000, shards: 3, reduction: fast,
                   log_every_steps: 2, blas_threads: 2}
        optimizer: {name: sgd, learning_rate: 1e-3, momentum: 0.5, weight_decay: 0.1}
        checkpoint: {every_steps: 5, keep: 1}
        evaluation: {every_epochs: 0, pictures: no, picture_share: 1}
        """, file: "run.yaml")
    #expect(read.name == "mine")
    #expect(
      read.data.train
        == DataLocation(
          files: ["a.h5", "b.h5"], images: "/x", labels: "/y", layout: .channelsLast))
    #expect(read.data.test == DataLocation(files: ["c.h5"], images: "/test/images"))
    #expect(read.data.transform == .binarizeSample)
    #expect(read.data.range == -1...1)
    #expect(read.data.order == .global)
    #expect(read.data.memory == 3 << 19)
    #expect(read.data.cache == .never)
    #expect(read.training.globalBatch == 1000)
    #expect(read.training.reduction == .fast)
    #expect(read.optimizer.stochastic?.learningRate == .constant(0.001))
    #expect(read.checkpoint.everySteps == 5)
    #expect(!read.evaluation.pictures)
    #expect(read.evaluation.pictureShare == 1)
  }

  @Test("64 samples a shard", arguments: [(1, 1), (63, 1), (64, 1), (127, 1), (128, 2), (512, 8)])
  func standardShards(batch: Int, shards: Int) throws {
    #expect(try configuration(shortest, "training.global_batch=\(batch)").training.shards == shards)
  }

  /// A setting, and what the error says besides the key.
  static let wrong: [(setting: String, problem: String)] = [
    ("seed=-1", "whole number of at least 0"), ("seed=1.5", "whole number"),
    ("seed=99999999999999999999", "whole number of at least 0"),
    ("name=a/b", "without '/'"), ("name=\"a\\nb\"", "control characters"), ("name=''", "a text"),
    ("name=..", "directory below runs/"),
    ("data.transform=binarise-sample", "did you mean 'binarize-sample'?"),
    ("data.order=shrd", "one of shard, global; did you mean 'shard'?"),
    ("data.range=[1]", "two rising numbers"), ("data.range=[2, 1]", "two rising numbers"),
    ("data.range=[0, .inf]", "two rising numbers"), ("data.range=5", "two rising numbers"),
    ("data.memory=0", "size above zero"), ("data.memory=-1GiB", "size above zero"),
    ("data.memory=lots", "size above zero"), ("data.memory=1e300GB", "size above zero"),
    ("data.cache=maybe", "one of auto, always, never"),
    ("data.train.layout=nhwc", "did you mean 'NHWC'?"),
    ("data.train={files: []}", "must not be empty"),
    ("data.train={files: {a: b}}", "list of texts"),
    ("data.train.file=[a]", "not a single value"),
    ("model.family=rmb", "did you mean 'rbm'?"),
    ("model.hidden=0", "from 1 to 1000000"), ("model.hidden=ten", "whole number"),
    ("model.deviation=2", "belongs to visible: gaussian"),
    ("model.damping=0.5", "belongs to sampler: mean-field"),
    (
      "model={family: rbm, hidden: 4, sampler: tempering, chains: 5000000, temperatures: 1000}",
      "model.chains is 5000000, with 1000 temperatures each: 5000000000 replicas, but at most 4294967296"
    ),
    ("model.centering=both", "one of none, data, model-and-data"),
    ("model.offset_rate=0.1", "there is none"),
    ("model.visible=gauss", "one of bernoulli"),
    ("model.chains=5", "belongs to sampler: pcd"), ("model.gibbs_steps=0", "from 1 to 10000"),
    ("model.initial_deviation=-1", "from 0 to 100"), ("model.sample_sweeps=0", "from 1"),
    ("model.pseudo_likelihood=perhaps", "exact, stochastic, none"),
    ("training.epochs=0", "from 1"), ("training.epochs=-3", "from 1"),
    ("training.steps=0", "from 1"), ("training.global_batch=0", "from 1"),
    ("training.shards=0", "from 1"), ("training.shards=200", "at least training.shards, 200"),
    ("training.reduction=quick", "one of reproducible, fast"),
    ("training.log_every_steps=0", "at least 1"), ("training.blas_threads=0", "from 1"),
    ("optimizer.name=adma", "did you mean 'adam'?"),
    ("optimizer.learning_rate=-0.1", "from 0 to 1000000"),
    ("optimizer.learning_rate=.nan", "a number"), ("optimizer.learning_rate=inf", "a number"),
    ("optimizer.momentum=1", "from 0 to 0.999999"), ("optimizer.weight_decay=-1", "from 0"),
    ("checkpoint.every_steps=0", "at least 1"), ("checkpoint.keep=0", "from 1"),
    ("evaluation.every_epochs=-1", "at least 0"), ("evaluation.pictures=2", "true or false"),
    ("evaluation.picture_share=1.5", "from 0 to 1"),
  ]

  @Test(arguments: wrong)
  func refuses(setting: String, problem: String) {
    let text = message { try configuration(shortest, setting) }
    let key = String(setting.prefix { $0 != "=" })
    #expect(text.hasPrefix("run.yaml with --set: ") || text.contains("training.global_batch"))
    #expect(text.contains(problem), "\(text)")
    #expect(text.contains(key) || text.contains("training.global_batch"), "\(text)")
  }

  @Test(
    "unknown keys name the nearest",
    arguments: [
      ("sed=1", "'sed'; did you mean 'seed'?"),
      ("trainig.epochs=1", "'trainig'; did you mean 'training'?"),
      ("training.epoch=1", "'training.epoch'; did you mean 'training.epochs'?"),
      ("data.trian.file=x", "'data.trian'; did you mean 'data.train'?"),
      ("data.train.lables=x", "'data.train.lables'; did you mean 'data.train.labels'?"),
      ("data.train.filez=x", "did you mean 'data.train.file"),
      ("model.hiden=1", "did you mean 'model.hidden'?"),
      ("model.chain=1", "did you mean 'model.chains'?"),
      ("checkpoint.zzzzzzzzz=1", "known here: every_steps, keep"),
    ])
  func unknownKey(setting: String, problem: String) {
    let text = message { try configuration(shortest, setting) }
    #expect(text.contains("unknown key ") && text.contains(problem), "\(text)")
  }

  @Test func unknownKeyBelowTest() {
    let text = message {
      try configuration("data: {train: {file: a}, test: {file: b, image: c}}\nmodel: {}")
    }
    #expect(text.contains("model.family is missing"))
    let other = message {
      try configuration(
        "data:\n  train: {file: a}\n  test:\n    file: b\n    image: c\n"
          + "model: {family: rbm, hidden: 1}")
    }
    #expect(
      other == "run.yaml:5: unknown key 'data.test.image'; did you mean 'data.test.images'?")
  }

  @Test func fileAndFilesExcludeEachOther() {
    #expect(
      message { try configuration(shortest, "data.train.files=[b.h5]") }.contains(
        "data.train.files and file name the same thing"))
  }

  @Test func missingKeysAreNamed() {
    #expect(message { try configuration("model: {family: rbm, hidden: 1}") }.contains("data.train"))
    #expect(
      message { try configuration("data: {train: {file: a}}\nmodel: {family: rbm}") }
        == "run.yaml:2: model.hidden is missing; it must be a whole number from 1 to 1000000")
    #expect(message { try configuration("") }.contains("is missing"))
  }

  @Test func nullIsNotGiven() throws {
    let read = try configuration(
      shortest + "seed: ~\ntraining: {steps: null}\ncheckpoint:\n", "training.epochs=null",
      "data.test=null")
    #expect(read.seed == 1 && read.training.epochs == 10)
    #expect(read.training.steps == nil && read.data.test == nil)
    // In quotes it is a text.
    #expect(try configuration(shortest, "name='null'").name == "null")
  }
}
