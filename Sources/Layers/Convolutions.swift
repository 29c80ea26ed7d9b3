import Autograd

/// f(x ∗ w + b) on images [channels, height, width].
public struct Convolution: Layer {
  /// The name in the model.
  public let name: String
  /// The channels of a sample.
  public let inputs: Int
  /// The channels of a result.
  public let outputs: Int
  /// The size of a window.
  public let kernel: Pair
  /// How windows move.
  public let sliding: Sliding
  /// The taps that count; all where nil.
  public let taps: TapMask?
  /// What follows the bias.
  public let activation: Activation
  private let hasBias: Bool
  private let initializer: Initializer

  /// A convolution.
  public init(
    name: String, inputs: Int, outputs: Int, kernel: Pair, sliding: Sliding = Sliding(),
    taps: TapMask? = nil, activation: Activation = .none, hasBias: Bool = true,
    initializer: Initializer = .uniformFanIn
  ) {
    (self.name, self.inputs, self.outputs) = (name, inputs, outputs)
    (self.kernel, self.sliding, self.taps) = (kernel, sliding, taps)
    (self.activation, self.hasBias, self.initializer) = (activation, hasBias, initializer)
  }

  /// `weights` [outputs, inputs, height, width] and `bias` [outputs].
  public var parameters: [LayerParameter] {
    let weights = LayerParameter("weights", [outputs, inputs, kernel.y, kernel.x], initializer)
    let fanIn = inputs * kernel.y * kernel.x
    return hasBias ? [weights, .bias(outputs, fanIn: fanIn, weights)] : [weights]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(input, [inputs, nil, nil])
    try requireSound(kernel, sliding)
    if let taps, taps.kernel != kernel || taps.taps.isEmpty {
      throw LayerError(
        layer: name, expected: "a mask [\(kernel.y), \(kernel.x)] with taps that count",
        found: "[\(taps.kernel.y), \(taps.kernel.x)] with \(taps.taps.count)")
    }
    let size = sliding.outputSize(Pair(input[1], input[2]), kernel: kernel)
    try requireFit(size, kernel, input)
    return [outputs, size.y, size.x]
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    x.convolution(
      context.parameter(self, "weights"), context.optional(self, "bias"), activation, sliding,
      taps: taps)
  }
}

/// The transpose of a convolution, which makes images larger.
public struct TransposedConvolution: Layer {
  /// The name in the model.
  public let name: String
  /// The channels of a sample.
  public let inputs: Int
  /// The channels of a result.
  public let outputs: Int
  /// The size of a window.
  public let kernel: Pair
  /// How windows move over the result.
  public let sliding: Sliding
  /// Lines more at the bottom and the right of the result.
  public let outputPadding: Pair
  /// What follows the bias.
  public let activation: Activation
  private let hasBias: Bool
  private let initializer: Initializer

  /// A transposed convolution.
  public init(
    name: String, inputs: Int, outputs: Int, kernel: Pair, sliding: Sliding = Sliding(),
    outputPadding: Pair = 0, activation: Activation = .none, hasBias: Bool = true,
    initializer: Initializer = .uniformFanIn
  ) {
    (self.name, self.inputs, self.outputs) = (name, inputs, outputs)
    (self.kernel, self.sliding, self.outputPadding) = (kernel, sliding, outputPadding)
    (self.activation, self.hasBias, self.initializer) = (activation, hasBias, initializer)
  }

  /// `weights` [inputs, outputs, height, width] and `bias` [outputs].
  public var parameters: [LayerParameter] {
    let weights = LayerParameter("weights", [inputs, outputs, kernel.y, kernel.x], initializer)
    let fanIn = outputs * kernel.y * kernel.x
    return hasBias ? [weights, .bias(outputs, fanIn: fanIn, weights)] : [weights]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(input, [inputs, nil, nil])
    try requireSound(kernel, sliding)
    let size = sliding.transposedSize(
      Pair(input[1], input[2]), kernel: kernel, outputPadding: outputPadding)
    try requireFit(size, kernel, input)
    let most = Pair(
      max(sliding.stride.y, sliding.dilation.y), max(sliding.stride.x, sliding.dilation.x))
    guard outputPadding.y < most.y && outputPadding.x < most.x, outputPadding.y >= 0,
      outputPadding.x >= 0
    else {
      throw LayerError(
        layer: name, expected: "an output padding from 0 to below the stride or the dilation",
        found: "[\(outputPadding.y), \(outputPadding.x)]")
    }
    return [outputs, size.y, size.x]
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    x.transposedConvolution(
      context.parameter(self, "weights"), context.optional(self, "bias"), activation, sliding,
      outputPadding: outputPadding)
  }
}

/// The largest value, or the mean, of each window of images [channels, height, width].
public struct Pool: Layer {
  /// What is taken of a window.
  public enum Kind: Sendable, Equatable {
    /// The largest value.
    case maximum
    /// The mean; a margin counts as zeros.
    case average
  }

  /// The name in the model.
  public let name: String
  /// What is taken of a window.
  public let kind: Kind
  /// The size of a window.
  public let window: Pair
  /// The distance of windows.
  public let stride: Pair
  /// The width of the margin.
  public let padding: Pair

  /// Windows side by side unless a stride is given.
  public init(name: String, kind: Kind, window: Pair, stride: Pair? = nil, padding: Pair = 0) {
    (self.name, self.kind, self.window) = (name, kind, window)
    (self.stride, self.padding) = (stride ?? window, padding)
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(input, [nil, nil, nil])
    let sliding = Sliding(stride: stride, padding: padding)
    try requireSound(window, sliding)
    let size = sliding.outputSize(Pair(input[1], input[2]), kernel: window)
    try requireFit(size, window, input)
    guard 2 * padding.y <= window.y && 2 * padding.x <= window.x else {
      throw LayerError(
        layer: name, expected: "a padding of at most half a window",
        found: "[\(padding.y), \(padding.x)]")
    }
    return [input[0], size.y, size.x]
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    switch kind {
    case .maximum: x.maxPooled(window, stride: stride, padding: padding)
    case .average: x.averagePooled(window, stride: stride, padding: padding)
    }
  }
}

extension Layer {
  /// An error unless windows have a size and move.
  fileprivate func requireSound(_ kernel: Pair, _ sliding: Sliding) throws {
    let positive = [kernel, sliding.stride, sliding.dilation].allSatisfy { $0.y > 0 && $0.x > 0 }
    guard positive, sliding.padding.y >= 0, sliding.padding.x >= 0 else {
      throw LayerError(
        layer: name, expected: "a positive kernel, stride and dilation, no negative padding",
        found: "kernel [\(kernel.y), \(kernel.x)], \(sliding)")
    }
  }

  /// An error unless some window fits.
  fileprivate func requireFit(_ result: Pair, _ kernel: Pair, _ input: [Int]) throws {
    guard result.y > 0 && result.x > 0 else {
      throw LayerError(
        layer: name, expected: "images that windows [\(kernel.y), \(kernel.x)] fit into",
        found: "\(input)")
    }
  }
}
