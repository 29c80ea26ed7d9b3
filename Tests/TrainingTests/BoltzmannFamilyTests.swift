import Datasets
import Foundation
import Objectives
import Tensors
import Testing

@testable import Training

@Suite("The family of general Boltzmann machines") struct BoltzmannFamilyTests {
  private func configuration(_ model: String, _ others: [String] = []) throws -> RunConfiguration {
    let text = "data: {train: {file: a.h5}}\nmodel: {family: boltzmann\(model)}\n"
    return try RunConfiguration(text: text, file: "run.yaml", settings: others)
  }

  @Test(
    "settings that cannot be",
    arguments: [
      (", hidden: -1", "model.hidden is '-1' but must be"),
      (", hidden: 3, connections: restrictd", "did you mean 'restricted'?"),
      (", connections: restricted", "but there are no hidden units; set model.hidden"),
      (", clamped: gibbs", "model.clamped belongs to a machine with hidden units"),
      (", clamped_steps: 3", "model.clamped_steps belongs to a machine with hidden units"),
      (", hidden: 3, damping: 0.5", "model.damping belongs to clamped: mean-field"),
      (", hidden: 3, clamped: mean-field, damping: 1", "model.damping is '1' but must be"),
      (
        ", hidden: 3, clamped: mean-field, clamped_statistics: samples",
        "model.clamped_statistics belongs to clamped: gibbs"
      ),
      (", chains: 0", "model.chains is '0' but must be"),
      (", gibbs_steps: 0", "model.gibbs_steps is '0' but must be"),
      (", sampler: pcd", "unknown key 'model.sampler'"),
    ])
  func refused(model: String, words: String) {
    let found = message { _ = try configuration(model) }
    #expect(found.contains(words), "\(found)")
  }

  @Test("data of both signs is refused, and grey data warned of")
  func data() throws {
    let scaled = try configuration("", ["data.transform=standardize"])
    #expect(message { try scaled.model.check(scaled) }.contains("takes numbers from 0 to 1"))
    #expect(scaled.model.sampleRange == 0...1)
    for (transform, warns) in [
      ("unit", true), ("none", true), ("binarize-sample", false), ("binarize-threshold", false),
    ] {
      let read = try configuration("", ["data.transform=\(transform)"])
      try read.model.check(read)
      #expect(read.model.warnings(read).count == (warns ? 1 : 0), "\(transform)")
    }
  }

  @Test("a stage has the parts that its machine has")
  func stages() throws {
    func stage(_ model: String, width: Int = 6) throws -> Stage {
      try configuration(model).model.stage(
        0,
        StageContext(
          shape: .init(channels: 1, height: 1, width: width), seed: 1,
          layout: ShardLayout(shards: 2), earlier: []))
    }
    let plain = try stage("")
    #expect(plain.encoder == nil && plain.samplerStarts)
    #expect(
      plain.objective.parameters.layout.slices.map(\.name) == ["visible_weights", "visible_bias"])
    #expect(plain.evaluator?.criterion?.name == "log_likelihood")
    #expect(try stage("", width: 30).evaluator?.criterion?.name == "pseudo_log_likelihood")
    let deep = try stage(", hidden: 40, connections: semi-restricted")
    #expect(deep.encoder?.width == 40)
    #expect(deep.evaluator?.criterion?.name == "clamped_pseudo_log_likelihood")
    #expect(deep.objective.parameters.layout["hidden_weights"] == nil)
    let examples = Examples(samples: Tensor(3, 6), labels: [0, 0, 0])
    let names = deep.pictures(examples).map(\.name)
    #expect(names == ["filters", "couplings", "reconstructions", "samples"])
    #expect(plain.pictures(examples).map(\.name) == Array(names.dropFirst()))
    #expect(message { _ = try stage(", hidden: 20000") }.contains("at most 20000"))
  }
}
