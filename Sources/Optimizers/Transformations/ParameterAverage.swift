import CKernels

/// Keeps a running average of the parameters behind the rule: a ← d a + (1 − d) w, from the
/// parameters after the first update on.
///
/// Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; here
/// with exponential weights.
public struct ParameterAverage: GradientTransformation {
  /// The name of the averages among the state.
  public static let name = "average"

  private let decay: Double
  private var isFirst = true

  /// The share d of the old average.
  public init(decay: Double) { self.decay = decay }

  /// The average.
  public var state: [TransformationState] { [.init(Self.name, start: .parameters)] }

  /// The first update starts it.
  public mutating func begin(_ moment: TrainingMoment) { isFirst = moment.update == 0 }

  /// One pass, while the block is in the cache.
  public func apply(to block: inout UpdateBlock) {
    let decay = isFirst ? 0 : decay
    sdt_average(Float(decay), Float(1 - decay), block.state(0), block.parameters, block.count)
  }
}
