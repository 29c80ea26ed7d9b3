import DataParallel
import Datasets
import Objectives
import Optimizers
import Testing
import Yams

@testable import Training

@Suite("Configuration files and --set") struct DocumentTests {
  @Test func malformedTextHasItsLine() {
    let text = message { try configuration("name: a\ndata: [1, 2\nmodel: 3\n") }
    #expect(text.hasPrefix("run.yaml:3:"), "\(text)")
    #expect(text.contains("not valid YAML"))
    #expect(message { try configuration("a: b\n\tc: d\n") }.hasPrefix("run.yaml:2:"))
  }

  @Test func wrongValueHasItsLine() {
    let text = message { try configuration(shortest + "training:\n  epochs: ten\n") }
    #expect(
      text
        == "run.yaml:4: training.epochs is 'ten' but must be a whole number from 1 to 1000000")
  }

  @Test func duplicateKeysAreRefused() {
    let text = message { try configuration(shortest + "seed: 1\nseed: 2\n") }
    #expect(text.contains("key 'seed' is given twice"), "\(text)")
  }

  @Test(arguments: ["- 1\n- 2", "just words"])
  func aDocumentIsAMapping(text: String) {
    #expect(message { try configuration(text) }.contains("a mapping of keys to values"))
  }

  @Test func sectionsAreMappings() {
    #expect(
      message { try configuration(shortest + "training: 5") }.contains(
        "must be a mapping of keys to values"))
  }

  @Test func settingsReplaceAndCreate() throws {
    let read = try configuration(
      shortest, "training.epochs=3",
      "optimizer.learning_rate={kind: exponential, start: 1, factor: 0.5}",
      "data.test.file=b.h5", "name=other", "training.epochs=4")
    #expect(read.training.epochs == 4, "the last one counts")
    #expect(read.optimizer.stochastic?.learningRate == .exponential(start: 1, factor: 0.5))
    #expect(read.data.test?.files == ["b.h5"])
    #expect(read.name == "other")
  }

  @Test(arguments: ["training.epochs", "=3", ""])
  func aSettingIsKeyAndValue(setting: String) {
    #expect(message { try configuration(shortest, setting) }.contains("write key=value"))
  }

  @Test func malformedSettingSaysWhich() {
    let text = message { try configuration(shortest, "data.range=[1") }
    #expect(text.hasPrefix("--set data.range=[1"), "\(text)")
  }

  @Test func aValueMayContainAnEqualsSign() throws {
    #expect(
      try configuration(shortest, "data.train.file=a=b.h5").data.train.files == ["a=b.h5"])
  }

  @Test(
    arguments: [
      ("512", 512), ("512B", 512), ("1KiB", 1024), ("1 kb", 1000), ("2GiB", 2 << 30),
      ("0.5GB", 500_000_000), ("1TiB", 1 << 40), ("1e3", 1000),
    ])
  func sizes(text: String, bytes: Int) {
    #expect(parseBytes(text) == bytes)
  }

  @Test(arguments: ["", "GiB", "1GiBi", "nan", "inf", "1e30", "one"])
  func noSizes(text: String) {
    #expect(parseBytes(text) == nil)
  }

  @Test func nearestWord() {
    #expect(nearest(to: "epoch", among: ["epochs", "steps"]) == "epochs")
    #expect(nearest(to: "qqqqqqqq", among: ["epochs", "steps"]) == nil)
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("", "abc") == 3)
  }
}
