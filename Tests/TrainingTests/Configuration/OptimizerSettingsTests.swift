import Objectives
import Optimizers
import Testing

@testable import Training

@Suite("Optimizers in a configuration") struct OptimizerSettingsTests {
  private func read(_ optimizer: String) throws -> OptimizerOptions {
    let read = try configuration(shortest, "optimizer=\(optimizer)")
    #expect(try configuration(read.yaml).optimizer == read.optimizer, "after a round trip")
    return try #require(read.optimizer.stochastic)
  }

  @Test func names() throws {
    #expect(try read("{}").rule == .momentum(.constant(0), isNesterov: false))
    #expect(try read("{name: momentum}").rule == .momentum(.constant(0.9), isNesterov: false))
    #expect(try read("{name: nesterov}").rule == .momentum(.constant(0.9), isNesterov: true))
    #expect(try read("{name: adagrad}").rule == .adagrad(.init()))
    #expect(try read("{name: rmsprop}").rule == .rmsProp(.init()))
    let adam = try read("{name: adam}")
    #expect(adam.rule == .adam(.init()))
    #expect(adam.learningRate == .constant(0.001))
    #expect(adam.weightDecay == .constant(0) && adam.decayKind == .coupled)
    let adamW = try read("{name: adamw}")
    #expect(adamW.rule == .adam(.init()))
    #expect(adamW.weightDecay == .constant(0.01) && adamW.decayKind == .decoupled)
  }

  @Test func options() throws {
    var adam = Adam.Options()
    (adam.beta1, adam.beta2, adam.epsilon, adam.correctsBias) = (0.5, 0.99, 1e-6, false)
    var expected = OptimizerOptions(.adam(adam), learningRate: .warmUp(updates: 5, .constant(0.1)))
    (expected.weightDecay, expected.decayKind) = (.constant(0.2), .decoupled)
    (expected.clipNorm, expected.clipValue, expected.averaging) = (5, 0.5, 0.999)
    #expect(
      try read(
        """
        {name: adam, learning_rate: {kind: constant, value: 0.1, warm_up_steps: 5}, \
        betas: [0.5, 0.99], epsilon: 1e-6, bias_correction: false, weight_decay: 0.2, \
        decoupled_weight_decay: true, clip_norm: 5, clip_value: 0.5, averaging: 0.999}
        """) == expected)
    var rms = RMSProp.Options()
    (rms.decay, rms.epsilon, rms.isEpsilonInside, rms.momentum) = (0.8, 1e-3, true, .constant(0.5))
    #expect(
      try read("{name: rmsprop, rho: 0.8, epsilon: 1e-3, epsilon_inside: true, momentum: 0.5}").rule
        == .rmsProp(rms))
    var adagrad = Adagrad.Options()
    (adagrad.initialSum, adagrad.epsilon) = (0.1, 0)
    #expect(
      try read("{name: adagrad, initial_sum: 0.1, epsilon: 0}").rule == .adagrad(adagrad))
  }

  @Test(
    arguments: [
      ("{name: adamx}", "did you mean 'adam'?"), ("{name: adam, momentum: 0.5}", "unknown key"),
      ("{betas: [0.9, 0.99]}", "unknown key"), ("{name: adam, betas: 0.9}", "two numbers"),
      ("{name: adam, betas: [0.9, 1]}", "two numbers"), ("{name: adam, epsilon: -1}", "from 0"),
      ("{name: adamw, decoupled_weight_decay: false}", "unknown key"),
      ("{clip_norm: 0}", "a number from"), ("{clip_value: -1}", "a number from"),
      ("{averaging: 1}", "from 0 to 0.9999999"), ("{plateau: 3}", "a mapping"),
    ])
  func refuses(text: String, problem: String) {
    let text = message { try configuration(shortest, "optimizer=\(text)") }
    #expect(text.contains("optimizer") && text.contains(problem), "\(text)")
  }

  @Test func decisions() throws {
    #expect(try configuration().decisions.isEmpty)
    let text = """
      data: {train: {file: a.h5}, test: {file: b.h5}}
      model: {family: rbm, hidden: 3}
      training: {early_stopping: {}}
      optimizer: {plateau: {metric: error, mode: max, patience: 0, factor: 0.5, minimum: 1e-4}}
      """
    let read = try configuration(text)
    #expect(try configuration(read.yaml).decisions == read.decisions)
    let plateau = try #require(read.decisions.plateau)
    #expect(plateau.metric.name == "error" && plateau.metric.prefersLess == false)
    #expect(plateau.rule == Plateau(patience: 0, factor: 0.5, minimum: 1e-4))
    let stopping = try #require(read.decisions.stopping)
    #expect(stopping.metric.name == nil && stopping.metric.prefersLess == nil)
    #expect(stopping.rule == EarlyStopping(patience: 10))
    for change in ["data.test=null", "evaluation.every_epochs=0"] {
      let text = message { try configuration(text, change) }
      #expect(text.contains("optimizer.plateau decides from evaluations"), "\(text)")
    }
    let factor = message { try configuration(text, "optimizer.plateau.factor=1") }
    #expect(factor.contains("optimizer.plateau.factor"), "\(factor)")
  }
}
