import Autograd
import Layers
import Yams

extension SettingsReader {
  /// A stack of layers: a list whose entries are a number, a dense layer with the stack's activation, or
  /// a mapping with one kind of layer:
  ///
  ///     [400, 400]
  ///     [{dense: 400, activation: relu}, {dropout: 0.2}]
  ///     [{conv: 32, kernel: 4, stride: 2, padding: 1, bias: false}, {batch_norm: true, activation: relu}]
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

  /// Whether an entry of a list of layers is a mapping that names its activation.
  func namesActivation(_ key: String, at place: Int?) -> Bool {
    guard let place, let entries = value(key)?.sequence else { return false }
    return entries[place].mapping?["activation"] != nil
  }

  private func layer(activation: Activation) throws -> LayerDescription {
    let kinds = Self.layerKinds.filter { has($0.name) }
    guard let kind = kinds.first, kinds.count == 1 else {
      let names = Self.layerKinds.map(\.name).joined(separator: ", ")
      let problem =
        kinds.isEmpty
        ? "names no layer" : "names \(kinds.map(\.name).joined(separator: " and "))"
      throw ConfigurationError("\(file): \(path) \(problem); an entry is one of \(names)")
    }
    return try kind.read(self, activation)
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
