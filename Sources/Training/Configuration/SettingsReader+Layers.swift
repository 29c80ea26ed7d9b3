import Autograd
import Layers
import Yams

extension SettingsReader {
  /// A stack of layers: a list whose entries are a number, a dense layer with the stack's activation, or
  /// a mapping with one kind of layer:
  ///
  ///     [400, 400]
  ///     [{dense: 400, activation: relu}, {dropout: 0.2}]
  ///     [{conv: 32, kernel: 4, stride: 2, padding: 1, activation: relu}, {dropout: 0.2}]
  ///
  /// - Parameter activation: of entries that name none.
  func layers(_ key: String, activation: Activation) throws -> [LayerDescription] {
    guard let node = value(key) else { throw missing(key, "a list of layers") }
    guard let items = node.sequence else {
      throw error("must be a list of layers, such as [400, 400]", key: key)
    }
    record(key, node)
    return try items.enumerated().map { place, item in
      if let width = item.scalar.flatMap({ Int($0.string) }) {
        guard width > 0 else { throw error("has a layer of \(width) units", key: key) }
        return LayerDescription(.dense(width), activation: activation)
      }
      let reader = try SettingsReader(item, file: file, path: "\(qualified(key))[\(place)]")
      let layer = try reader.layer(activation: activation)
      try reader.finish()
      return layer
    }
  }

  private func layer(activation: Activation) throws -> LayerDescription {
    let positive = 1...1_000_000
    if has("dense") {
      return try described(.dense(integer("dense", in: positive)), activation)
    }
    if has("conv") || has("conv_transpose") {
      return try convolution(activation)
    }
    if has("dropout") {
      return LayerDescription(.dropout(Float(try number("dropout", in: 0...0.999))))
    }
    if has("layer_norm") {
      _ = try flag("layer_norm", default: true)
      return LayerDescription(.layerNorm())
    }
    if has("max_pool") {
      return LayerDescription(.maxPool(square(try integer("max_pool", in: positive))))
    }
    if has("reshape") {
      let shape = try strings("reshape").compactMap(Int.init)
      return LayerDescription(.reshape(shape))
    }
    if has("flatten") {
      _ = try flag("flatten", default: true)
      return LayerDescription(.flatten)
    }
    throw ConfigurationError(
      "\(file): \(path) names no layer; one of dense, conv, conv_transpose, dropout, "
        + "layer_norm, max_pool, reshape, flatten")
  }

  private func convolution(_ activation: Activation) throws -> LayerDescription {
    let isTransposed = has("conv_transpose")
    let channels = try integer(isTransposed ? "conv_transpose" : "conv", in: 1...65536)
    let kernel = square(try integer("kernel", in: 1...64))
    let sliding = Sliding(
      stride: square(try integer("stride", default: 1, in: 1...64)),
      padding: square(try integer("padding", default: 0, in: 0...64)))
    let kind: LayerDescription.Kind =
      isTransposed
      ? .transposedConvolution(channels: channels, kernel: kernel, sliding)
      : .convolution(channels: channels, kernel: kernel, sliding)
    return try described(kind, activation)
  }

  private func described(
    _ kind: LayerDescription.Kind, _ standard: Activation
  ) throws -> LayerDescription {
    LayerDescription(
      kind, activation: has("activation") ? try self.activation("activation") : standard)
  }

  /// The name of an activation.
  func activation(_ key: String, default standard: ActivationName? = nil) throws -> Activation {
    let name: ActivationName = try choice(key, default: standard)
    return name.activation
  }
}

/// The activations that a configuration may name.
enum ActivationName: String, CaseIterable {
  case none, sigmoid, tanh, relu, softplus, elu
  case leakyRelu = "leaky_relu"

  var activation: Activation {
    switch self {
    case .none: .none
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .relu: .relu
    case .softplus: .softplus
    case .elu: .elu(alpha: 1)
    case .leakyRelu: .leakyRelu(slope: 0.2)
    }
  }
}

/// The same number along both axes.
private func square(_ size: Int) -> Pair { Pair(size, size) }
