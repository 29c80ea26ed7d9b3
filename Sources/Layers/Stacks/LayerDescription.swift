import Autograd

/// A layer of a stack as a configuration describes it: sizes of inputs follow from the stack.
public struct LayerDescription: Sendable, Equatable {
  /// What the layer does.
  public enum Kind: Sendable, Equatable {
    /// A dense layer of so many outputs.
    case dense(Int)
    /// A convolution.
    case convolution(channels: Int, kernel: Pair, Sliding = Sliding(), taps: TapMask? = nil)
    /// A transposed convolution.
    case transposedConvolution(
      channels: Int, kernel: Pair, Sliding = Sliding(), outputPadding: Pair = 0)
    /// The largest value of windows.
    case maxPool(Pair, stride: Pair? = nil, padding: Pair = 0)
    /// The mean of windows.
    case averagePool(Pair, stride: Pair? = nil, padding: Pair = 0)
    /// Batch norm of the first axis.
    case batchNorm(group: BatchNorm.Group = .shard, momentum: Float = 0.1, epsilon: Float = 1e-5)
    /// Layer norm of the last axis.
    case layerNorm(epsilon: Float = 1e-5)
    /// Dropout.
    case dropout(Float)
    /// An embedding of whole numbers.
    case embedding(count: Int, width: Int)
    /// An LSTM over samples [length, width].
    case lstm(Int, RecurrentOutput = .sequence)
    /// A GRU over samples [length, width].
    case gru(Int, RecurrentOutput = .sequence)
    /// Another shape of samples.
    case reshape([Int])
    /// Samples as vectors.
    case flatten
    /// Nothing but the activation.
    case identity
  }

  /// What the layer does.
  public var kind: Kind
  /// What follows it.
  public var activation: Activation
  /// Whether it adds a bias, where it could.
  public var hasBias: Bool
  /// How its weights begin; the layer's default where nil.
  public var initializer: Initializer?

  /// A description.
  public init(
    _ kind: Kind, activation: Activation = .none, hasBias: Bool = true,
    initializer: Initializer? = nil
  ) {
    (self.kind, self.activation) = (kind, activation)
    (self.hasBias, self.initializer) = (hasBias, initializer)
  }

  /// The layers, for samples of a shape: one, and another for an activation that it does not have.
  func layers(name: String, input: [Int]) throws -> [any Layer] {
    let weights = initializer ?? .uniformFanIn
    let channels = input.first ?? 1
    switch kind {
    case .dense(let outputs):
      try requirePositive(outputs, name)
      return [
        Dense(
          name: name, inputs: input.reduce(1, *), outputs: outputs, activation: activation,
          hasBias: hasBias, initializer: weights)
      ]
    case .convolution(let outputs, let kernel, let sliding, let taps):
      try requirePositive(outputs, name)
      return [
        Convolution(
          name: name, inputs: channels, outputs: outputs, kernel: kernel, sliding: sliding,
          taps: taps, activation: activation, hasBias: hasBias, initializer: weights)
      ]
    case .transposedConvolution(let outputs, let kernel, let sliding, let outputPadding):
      try requirePositive(outputs, name)
      return [
        TransposedConvolution(
          name: name, inputs: channels, outputs: outputs, kernel: kernel, sliding: sliding,
          outputPadding: outputPadding, activation: activation, hasBias: hasBias,
          initializer: weights)
      ]
    case .batchNorm(let group, let momentum, let epsilon):
      return [
        BatchNorm(
          name: name, channels: channels, group: group, momentum: momentum, epsilon: epsilon,
          activation: activation)
      ]
    default:
      let layer = try plainLayer(name: name, input: input)
      return activation == .none
        ? [layer] : [layer, ActivationLayer(name: "\(name)/activation", activation)]
    }
  }

  /// A layer that leaves its activation to another.
  private func plainLayer(name: String, input: [Int]) throws -> any Layer {
    switch kind {
    case .maxPool(let window, let stride, let padding):
      return Pool(name: name, kind: .maximum, window: window, stride: stride, padding: padding)
    case .averagePool(let window, let stride, let padding):
      return Pool(name: name, kind: .average, window: window, stride: stride, padding: padding)
    case .layerNorm(let epsilon):
      return LayerNorm(name: name, width: input.last ?? 1, epsilon: epsilon)
    case .dropout(let probability):
      return Dropout(name: name, probability: probability)
    case .embedding(let count, let width):
      try requirePositive(min(count, width), name)
      return Embedding(
        name: name, count: count, width: width, initializer: initializer ?? .normal(deviation: 1))
    case .lstm(let hidden, let output):
      try requirePositive(hidden, name)
      return Recurrent(
        name: name, kind: .lstm, inputs: input.last ?? 1, hidden: hidden, output: output,
        initializer: initializer)
    case .gru(let hidden, let output):
      try requirePositive(hidden, name)
      return Recurrent(
        name: name, kind: .gru, inputs: input.last ?? 1, hidden: hidden, output: output,
        initializer: initializer)
    case .reshape(let shape): return Reshape(name: name, shape)
    case .flatten: return Reshape(name: name, nil)
    default: return ActivationLayer(name: name, .none)
    }
  }

  private func requirePositive(_ size: Int, _ name: String) throws {
    guard size > 0 else {
      throw LayerError(layer: name, expected: "a size of 1 or more", found: "\(size)")
    }
  }
}
