import Datasets
import Objectives
import Tensors
import Testing

@testable import Training

/// Early stopping and plateaus by what a model itself is judged by, checked before anything has run.
@Suite("What decides") struct CriterionTests {
  @Test(
    "every family and setting of the likelihood knows its own criterion before a run",
    arguments: [
      "{family: rbm, hidden: 4}", "{family: rbm, hidden: 4, likelihood: none}",
      "{family: rbm, hidden: 4, likelihood: annealed}",
      "{family: rbm, hidden: 4, likelihood: annealed, pseudo_likelihood: none}",
      "{family: rbm, hidden: 40, pseudo_likelihood: stochastic}",
      "{family: rbm, hidden: 4, visible: gaussian}",
      "{family: boltzmann}", "{family: boltzmann, hidden: 3}", "{family: boltzmann, hidden: 40}",
      "{family: boltzmann, hidden: 3, clamped: mean-field}",
      "{family: dbn, hidden: [4, 3]}", "{family: dbn, hidden: [4, 3], classes: 2}",
      "{family: autoencoder, encoder: [3]}", "{family: vae, encoder: [3], latent: 2, decoder: [3]}",
    ])
  func own(model: String) throws {
    let text =
      "data: {train: {file: a.h5}, test: {file: a.h5}}\nmodel: \(model)\n"
      + "optimizer: {plateau: {patience: 1}}\nevaluation: {every_epochs: 1}\n"
      + "training: {early_stopping: {patience: 1}}\n"
    let configuration = try RunConfiguration(text: text, file: "run.yaml", settings: [])
    #expect(!configuration.decisions.isEmpty)
    var earlier: [ParameterSet] = []
    for index in configuration.model.curriculum.indices {
      let stage = try configuration.model.stage(
        index,
        StageContext(
          shape: .init(channels: 1, height: 1, width: 6), seed: 1, layout: ShardLayout(shards: 2),
          earlier: earlier))
      earlier.append(stage.objective.parameters)
      if index == configuration.model.curriculum.count - 1 {
        #expect(stage.evaluator?.criterion != nil)
        try EvaluationDecisions.check(configuration.decisions, stage.evaluator)
      }
    }
  }
}
