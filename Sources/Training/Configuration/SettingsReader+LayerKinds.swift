import Autograd
import Layers

/// The layers that a list may name. An embedding is none of them: it takes whole numbers, and samples are
/// any.
extension SettingsReader {
  /// A kind of layer: the key that names it, and how its entry is read. The activation is that of entries
  /// that name none.
  struct LayerKind: Sendable {
    let name: String
    let read: @Sendable (SettingsReader, Activation) throws -> LayerDescription
  }

  static let layerKinds = [
    LayerKind(name: "dense") { entry, activation in
      try entry.weighted(.dense(entry.integer("dense", in: sizes)), activation)
    },
    LayerKind(name: "conv") { try $0.convolution($1) },
    LayerKind(name: "conv_transpose") { try $0.transposedConvolution($1) },
    LayerKind(name: "batch_norm") { entry, _ in try entry.batchNorm() },
    LayerKind(name: "layer_norm") { entry, _ in
      try entry.require("layer_norm")
      return try entry.described(.layerNorm(epsilon: entry.epsilon()))
    },
    LayerKind(name: "dropout") { entry, _ in
      LayerDescription(.dropout(Float(try entry.number("dropout", in: 0...0.999))))
    },
    LayerKind(name: "max_pool") { entry, _ in
      let (window, stride, padding) = try entry.window("max_pool")
      return try entry.described(.maxPool(window, stride: stride, padding: padding))
    },
    LayerKind(name: "average_pool") { entry, _ in
      let (window, stride, padding) = try entry.window("average_pool")
      return try entry.described(.averagePool(window, stride: stride, padding: padding))
    },
    LayerKind(name: "lstm") { entry, _ in
      let hidden = try entry.integer("lstm", in: sizes)
      return try entry.recurrent(.lstm(hidden, entry.recurrentOutput()))
    },
    LayerKind(name: "gru") { entry, _ in
      let hidden = try entry.integer("gru", in: sizes)
      return try entry.recurrent(.gru(hidden, entry.recurrentOutput()))
    },
    LayerKind(name: "reshape") { entry, _ in
      let sizes = try entry.strings("reshape").map { Int($0) ?? 0 }
      guard sizes.allSatisfy({ $0 > 0 }) else {
        throw entry.error("must be sizes above zero, such as [32, 7, 7]", key: "reshape")
      }
      return LayerDescription(.reshape(sizes))
    },
    LayerKind(name: "flatten") { entry, _ in
      try entry.require("flatten")
      return LayerDescription(.flatten)
    },
  ]

  private static let sizes = 1...1_000_000

  /// A layer that only `true` asks for.
  private func require(_ key: String) throws {
    guard try flag(key, default: true) else {
      throw error("is false: leave the entry out, or write true", key: key)
    }
  }

  private func epsilon() throws -> Float {
    Float(try number("epsilon", default: 1e-5, in: 1e-12...1))
  }

  private func batchNorm() throws -> LayerDescription {
    try require("batch_norm")
    return try described(
      .batchNorm(
        group: choice("group", default: .shard),
        momentum: Float(number("momentum", default: 0.1, in: 0...1)), epsilon: epsilon()))
  }

  private func convolution(_ activation: Activation) throws -> LayerDescription {
    let channels = try integer("conv", in: 1...65536)
    let (kernel, sliding) = try kernel()
    return try weighted(.convolution(channels: channels, kernel: kernel, sliding), activation)
  }

  private func transposedConvolution(_ activation: Activation) throws -> LayerDescription {
    let channels = try integer("conv_transpose", in: 1...65536)
    let (kernel, sliding) = try kernel()
    let outputPadding = square(try integer("output_padding", default: 0, in: 0...64))
    return try weighted(
      .transposedConvolution(
        channels: channels, kernel: kernel, sliding, outputPadding: outputPadding), activation)
  }

  private func kernel() throws -> (Pair, Sliding) {
    (
      square(try integer("kernel", in: 1...64)),
      Sliding(
        stride: square(try integer("stride", default: 1, in: 1...64)),
        padding: square(try integer("padding", default: 0, in: 0...64)),
        dilation: square(try integer("dilation", default: 1, in: 1...64)))
    )
  }

  private func window(_ key: String) throws -> (Pair, stride: Pair, padding: Pair) {
    let size = try integer(key, in: 1...1024)
    return (
      square(size), square(try integer("stride", default: size, in: 1...1024)),
      square(try integer("padding", default: 0, in: 0...512))
    )
  }

  private func recurrent(_ kind: LayerDescription.Kind) throws -> LayerDescription {
    LayerDescription(kind, initializer: try initializer())
  }

  private func recurrentOutput() throws -> RecurrentOutput {
    enum Name: String, CaseIterable { case sequence, last }
    let name: Name = try choice("output", default: .sequence)
    return name == .last ? .last : .sequence
  }

  /// A layer with weights and perhaps a bias.
  private func weighted(
    _ kind: LayerDescription.Kind, _ standard: Activation
  ) throws -> LayerDescription {
    LayerDescription(
      kind, activation: has("activation") ? try activation("activation") : standard,
      hasBias: try flag("bias", default: true), initializer: try initializer())
  }

  /// A layer without: it has the activation that it names.
  private func described(_ kind: LayerDescription.Kind) throws -> LayerDescription {
    LayerDescription(kind, activation: has("activation") ? try activation("activation") : .none)
  }

  private func initializer() throws -> Initializer? {
    enum Name: String, CaseIterable {
      case xavier, he, orthogonal, normal, uniform
      case xavierNormal = "xavier_normal"
      case heNormal = "he_normal"
      case fanIn = "fan_in"
    }
    guard has("initializer") else { return nil }
    let name: Name = try choice("initializer")
    switch name {
    case .xavier: return .xavierUniform()
    case .xavierNormal: return .xavierNormal()
    case .he: return .heUniform()
    case .heNormal: return .heNormal()
    case .orthogonal: return .orthogonal()
    case .fanIn: return .uniformFanIn
    case .normal: return .normal(deviation: Float(try number("deviation", in: 0...100)))
    case .uniform: return .uniform(bound: Float(try number("bound", in: 0...100)))
    }
  }
}

/// The same number along both axes.
private func square(_ size: Int) -> Pair { Pair(size, size) }
