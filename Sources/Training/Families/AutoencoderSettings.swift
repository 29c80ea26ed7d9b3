import Autograd
import Layers
import Models
import Objectives

extension AutoencoderOptions {
  private enum OutputName: String, CaseIterable { case none, sigmoid }

  /// Reads the settings under `model` of an autoencoder.
  init(_ settings: SettingsReader) throws {
    let activation = try settings.activation("activation", default: .sigmoid)
    let encoder = try settings.layers("encoder", activation: activation)
    guard !encoder.isEmpty else {
      throw settings.error("needs a layer: the last one gives the code", key: "encoder")
    }
    let decoder = try settings.optionalLayers("decoder", activation: activation)
    let isTied = try settings.flag("tied", default: false)
    let loss: Loss = try settings.choice("loss", default: .bernoulli)
    let output = try Self.output(settings, loss)
    try Self.checkOutput(settings, decoder ?? [], loss, output)
    self.init(
      encoder: encoder, decoder: decoder, isTied: isTied, loss: loss, output: output,
      corruption: try Self.corruption(settings),
      contraction: try Self.contraction(settings), sparsity: try Self.sparsity(settings))
  }

  private static func output(_ settings: SettingsReader, _ loss: Loss) throws -> Activation {
    guard loss == .squared || !settings.has("output") else {
      throw settings.error(
        "belongs to loss: squared; loss: bernoulli takes the sigmoid itself", key: "output")
    }
    guard loss == .squared else { return settings.notGiven("output") ?? .none }
    let name: OutputName = try settings.choice("output", default: OutputName.none)
    return name == .sigmoid ? .sigmoid : .none
  }

  /// The output's activation is not the decoder's to name: what it names would not be used.
  private static func checkOutput(
    _ settings: SettingsReader, _ decoder: [LayerDescription], _ loss: Loss, _ output: Activation
  ) throws {
    guard let last = decoder.lastComputing, settings.namesActivation("decoder", at: last),
      decoder[last].activation != output
    else { return }
    let advice =
      loss == .squared
      ? "model.output says what ends the decoder"
      : "it gives the logits of loss: bernoulli, which are any numbers"
    throw settings.error(
      "names an activation for its last layer, model.decoder[\(last)], but \(advice); leave its "
        + "activation out", key: "decoder")
  }

  private enum CorruptionKind: String, CaseIterable {
    case mask, gaussian
    case saltAndPepper = "salt_and_pepper"
  }

  private static func corruption(_ settings: SettingsReader) throws -> Corruption? {
    guard settings.has("corruption") else { return settings.notGiven("corruption") }
    let reader = try settings.section("corruption")
    let kind: CorruptionKind = try reader.choice("kind")
    switch kind {
    case .mask: return .mask(share: try reader.number("share", in: 0...1))
    case .saltAndPepper: return .saltAndPepper(share: try reader.number("share", in: 0...1))
    case .gaussian: return .gaussian(deviation: try reader.number("deviation", in: 0...1000))
    }
  }

  private static func contraction(_ settings: SettingsReader) throws -> Contraction? {
    guard settings.has("contraction") else { return settings.notGiven("contraction") }
    let reader = try settings.section("contraction")
    let weight = try reader.number("weight", in: 0...1e6)
    return Contraction(
      weight: weight, form: try reader.choice("form", default: Contraction.Form.automatic))
  }

  private enum SparsityKind: String, CaseIterable { case l1, kl }

  private static func sparsity(_ settings: SettingsReader) throws -> Sparsity? {
    guard settings.has("sparsity") else { return settings.notGiven("sparsity") }
    let reader = try settings.section("sparsity")
    let kind: SparsityKind = try reader.choice("kind")
    let weight = try reader.number("weight", in: 0...1e6)
    guard kind == .kl else { return .magnitude(weight: weight) }
    return .divergence(
      weight: weight, target: try reader.number("target", default: 0.05, in: 0...1),
      group: try reader.choice("group", default: .global))
  }

  /// The units of a code whose contraction has no closed form, or is not to take it.
  var unitsDifferentiatedByTape: Int? {
    guard let contraction, let last = encoder.last, case .dense(let units) = last.kind else {
      return nil
    }
    let isClosed =
      contraction.form != .tape && encoder.count == 1 && last.activation == .sigmoid
    return isClosed ? nil : units
  }
}

extension SettingsReader {
  /// A stack of layers that may be missing.
  func optionalLayers(_ key: String, activation: Activation) throws -> [LayerDescription]? {
    has(key) ? try layers(key, activation: activation) : notGiven(key)
  }
}
