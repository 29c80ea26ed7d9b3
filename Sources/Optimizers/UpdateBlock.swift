import CKernels

/// Neighbouring parameters of one slice, with their gradient on its way through a chain.
///
/// The gradient is `scale · gradient + decay · parameters`; a rule steps from `keep · parameters`.
public struct UpdateBlock {
  /// The most parameters of a block: few enough that all arrays of one stay in the nearest cache
  /// from link to link.
  public static let capacity = 2048

  /// The number of parameters.
  public let count: Int
  /// Whether they are weights, and not biases or other vectors: weights decay.
  public let areWeights: Bool
  /// The parameters, [count].
  public let parameters: UnsafeMutablePointer<Float>
  /// The gradient as it came or as a link has made it, [count].
  public private(set) var gradient: UnsafePointer<Float>
  /// What the gradient is still to be multiplied by.
  public var scale: Float
  /// What the learning rate of these parameters is multiplied by.
  public let rateFactor: Float
  /// What part of the parameters is still to be added to the gradient.
  public var decay: Float = 0
  /// What part of the parameters a step starts from.
  public var keep: Float = 1

  let scratch: UnsafeMutablePointer<Float>
  let states: UnsafePointer<UnsafeMutablePointer<Float>>
  let offset: Int
  var firstState = 0

  init(
    count: Int, areWeights: Bool, parameters: UnsafeMutablePointer<Float>,
    gradient: UnsafePointer<Float>, scale: Float, rateFactor: Float,
    scratch: UnsafeMutablePointer<Float>,
    states: UnsafePointer<UnsafeMutablePointer<Float>>, offset: Int
  ) {
    self.count = count
    self.areWeights = areWeights
    self.parameters = parameters
    self.gradient = gradient
    self.scale = scale
    self.rateFactor = rateFactor
    self.scratch = scratch
    self.states = states
    self.offset = offset
  }

  /// An array of the transformation's own at these parameters, [count], by its place in `state`.
  public func state(_ index: Int) -> UnsafeMutablePointer<Float> {
    states[firstState + index] + offset
  }

  /// What a kernel does besides its rule.
  func step(learningRate: Float) -> sdt_step {
    sdt_step(
      learning_rate: learningRate * rateFactor, gradient_scale: scale, weight_decay: decay,
      keep: keep)
  }

  /// Lets a kernel write the finished gradient; nothing is left to be applied to it.
  /// - Parameter body: takes where to write.
  public mutating func rewriteGradient(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    body(scratch)
    gradient = UnsafePointer(scratch)
    (scale, decay) = (1, 0)
  }
}
