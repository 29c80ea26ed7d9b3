import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import Optimizers
import Reporting
import Tensors
import Testing

@testable import Training

@Suite("The family of autoencoders") struct AutoencoderFamilyTests {
  /// What is wrong with the settings under `model`, and others.
  private func refusal(_ model: String, _ others: String...) -> String {
    message { try check(model, others) }
  }

  /// Whether settings are taken; throws what is wrong with them.
  private func check(_ model: String, _ others: [String] = []) throws {
    let text = "data: {train: {file: a.h5}}\nmodel: {family: autoencoder, \(model)}\n"
    let read = try RunConfiguration(text: text, file: "run.yaml", settings: others)
    try read.model.check(read)
  }

  @Test(
    "settings that cannot be",
    arguments: [
      ("encoder: []", "model.encoder needs a layer"),
      ("encoder: [0]", "model.encoder has a layer of 0 units"),
      ("encoder: [{dense: 0}]", "dense is '0' but must be"),
      ("code: 3", "model.encoder is missing"),
      ("encoder: [3], activation: sigmoyd", "did you mean 'sigmoid'?"),
      ("encoder: [3], loss: bernouli", "did you mean 'bernoulli'?"),
      ("encoder: [3], output: sigmoid", "model.output belongs to loss: squared"),
      ("encoder: [3], corruption: {kind: masc, share: 0.1}", "did you mean 'mask'?"),
      ("encoder: [3], corruption: {kind: mask, share: 1.5}", "model.corruption.share is '1.5'"),
      ("encoder: [3], corruption: {kind: mask, share: -0.1}", "from 0 to 1"),
      ("encoder: [3], corruption: {kind: mask, deviation: 1}", "model.corruption.share is missing"),
      ("encoder: [3], sparsity: {kind: kl, weight: 1, target: 2}", "model.sparsity.target is '2'"),
      ("encoder: [3], sparsity: {kind: l1}", "model.sparsity.weight is missing"),
      ("encoder: [3], contraction: {weight: -1}", "model.contraction.weight is '-1'"),
      ("encoder: [3], objective: classification", "model.classes is missing"),
      ("encoder: [3], classes: 10", "model.classes belongs to objective: classification"),
      ("encoder: [3], pretraining: {method: gan}", "must be one of rbm, autoencoder"),
      ("encoder: [3], decoder: [9], pretraining: {method: rbm}", "model.decoder is given"),
      (
        "encoder: [3, 2], activation: relu, pretraining: {method: rbm}",
        "encoder/0 that is not sigmoid; pretraining by rbm"
      ),
      (
        "encoder: [{conv: 3, kernel: 2}, 2], pretraining: {method: autoencoder}",
        "not dense, encoder/0"
      ),
      (
        "encoder: [{dense: 3, activation: tanh}, 2], pretraining: {method: autoencoder}",
        "pretraining by autoencoder with loss: bernoulli"
      ),
      (
        "encoder: [3, {dense: 2, bias: false}], pretraining: {method: autoencoder}",
        "without a bias, encoder/1"
      ),
      (
        "encoder: [3], decoder: [{dense: 9, activation: tanh}]",
        "model.decoder[0], but it gives the logits of loss: bernoulli"
      ),
      (
        "encoder: [3], loss: squared, "
          + "decoder: [4, {dense: 9, activation: sigmoid}, {reshape: [1, 3, 3]}]",
        "model.decoder[1], but model.output says what ends the decoder"
      ),
    ])
  func refused(model: String, words: String) {
    let found = refusal(model)
    #expect(found.contains(words), "\(found)")
  }

  @Test("data and labels that do not suit")
  func refusedData() throws {
    let scaled = "data.transform=standardize"
    #expect(refusal("encoder: [3]", scaled).hasPrefix("model.loss: bernoulli takes numbers"))
    #expect(
      refusal("encoder: [3], loss: squared, pretraining: {method: rbm}", scaled)
        .hasPrefix("model.pretraining.method: rbm takes numbers"))
    #expect(
      refusal("encoder: [3], loss: squared, output: sigmoid", scaled)
        .hasPrefix("model.output: sigmoid takes numbers"))
    let labels = "objective: classification, classes: 4"
    try check("encoder: [3], loss: squared", [scaled])
    try check("encoder: [3], \(labels)", [scaled])
    #expect(
      refusal("encoder: [3], \(labels), pretraining: {method: autoencoder}", scaled)
        .hasPrefix("model.loss: bernoulli takes numbers"))
  }

  @Test("an activation that says what ends the decoder anyway may stand")
  func endings() throws {
    try check("encoder: [3], decoder: [{dense: 9, activation: none}]")
    try check(
      "encoder: [3], loss: squared, output: sigmoid, decoder: [{dense: 9, activation: sigmoid}]")
  }

  @Test("what is hardly meant")
  func warnings() throws {
    func lines(_ model: String, _ settings: String...) throws -> [String] {
      let text = "data: {train: {file: a.h5}}\nmodel: {family: autoencoder, \(model)}\n"
      let read = try RunConfiguration(text: text, file: "run.yaml", settings: settings)
      return read.model.warnings(read)
    }
    let noise = "encoder: [3], loss: squared, corruption: {kind: salt_and_pepper, share: 0.1}"
    #expect(try lines(noise).isEmpty)
    #expect(try lines(noise, "data.transform=standardize").count == 1)
    #expect(try lines("encoder: [900], contraction: {weight: 1}").isEmpty)
    let wide = try lines("encoder: [9, 900], contraction: {weight: 1}")
    #expect(wide.count == 1 && wide[0].contains("900 units"))
  }

  @Test("what the curriculum says")
  func curriculum() throws {
    let stack = try configuration(
      "data: {train: {file: a.h5}}\nmodel: {family: autoencoder, "
        + "encoder: [5, {dense: 2, activation: none}], pretraining: {method: rbm, epochs: 3}}"
    ).model.curriculum
    #expect(stack.map(\.name) == ["rbm-1", "rbm-2", "fine-tuning"])
    #expect(stack.map(\.epochs) == [3, 3, nil])
    #expect(stack[0].optimizer?.stochastic?.learningRate == .constant(0.05))
    // A machine with linear hidden units diverges at the others' rate.
    #expect(stack[1].optimizer?.stochastic?.learningRate == .constant(0.002))
    #expect(stack[2].optimizer == nil)
    let plain = try configuration(
      "data: {train: {file: a.h5}}\nmodel: {family: autoencoder, encoder: [5]}"
    ).model
    #expect(plain.curriculum.map(\.name) == ["autoencoder"] && plain.classes == nil)
  }
}
