import Tensors

/// A rule that moves parameters along reduced gradients.
///
/// It is applied to ranges of the flat buffer as they arrive from the reducer, so that the rest may
/// still be on its way.
public protocol Optimizer: AnyObject {
  /// What the rule keeps for every parameter, by name, each of the parameters' count; stored in
  /// checkpoints.
  var state: [(name: String, values: Tensor)] { get }

  /// Tells the epoch; schedules follow it.
  func begin(epoch: Int)

  /// Updates the parameters in a range of the flat buffer.
  /// - Parameters:
  ///   - range: places in the flat buffer of the parameters.
  ///   - gradient: the summed gradient at these places.
  ///   - count: what the sum is divided by.
  func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, count: Int)
}
