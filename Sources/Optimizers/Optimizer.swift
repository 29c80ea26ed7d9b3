import Tensors

/// A rule that moves parameters along reduced gradients.
///
/// It is applied to ranges of the flat buffer as they arrive from the reducer, so that the rest may
/// still be on its way; unless it says that it has to see the whole gradient first. It may own some
/// of a set's parameters only: a step of two phases has an optimizer for each.
public protocol Optimizer: AnyObject {
  /// The parameters it moves.
  var slices: [SliceLayout.Slice] { get }

  /// What the rule keeps for every parameter, by name, each from the first of its parameters to the
  /// last.
  ///
  /// Nothing else is state: counts, such as Adam's number of updates, are told by `begin`.
  var state: [(name: String, values: Tensor)] { get }

  /// A running average of the parameters to be judged and used in their place, if it keeps one: the
  /// name of the state that holds it.
  var averageName: String? { get }

  /// Whether `measure` must have seen the whole gradient before an `update`.
  var needsWholeGradient: Bool { get }

  /// Tells where training stands, before every step; schedules follow it.
  func begin(_ moment: TrainingMoment)

  /// Looks at the whole gradient of a phase before it is applied.
  /// - Parameters:
  ///   - gradient: the summed gradient, in pieces, always cut alike.
  ///   - count: what the sums are divided by.
  func measure(_ gradient: [UnsafeBufferPointer<Float>], count: Int)

  /// Updates the parameters in a range of the flat buffer; those that it does not move stay.
  /// - Parameters:
  ///   - range: places in the flat buffer of the parameters.
  ///   - gradient: the summed gradient at these places.
  ///   - count: what the sum is divided by.
  func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, count: Int)
}

extension Optimizer {
  /// Nothing is averaged.
  public var averageName: String? { nil }
  /// Ranges may be applied as they come.
  public var needsWholeGradient: Bool { false }
  /// The whole gradient tells nothing.
  public func measure(_ gradient: [UnsafeBufferPointer<Float>], count: Int) {}

  /// What it keeps for each parameter, as checkpoints name it: `encoder/weights/velocity`.
  public var stateByParameter: [(name: String, values: Tensor)] {
    let first = slices.first?.offset ?? 0
    return slices.flatMap { slice in
      state.map { name, values in
        ("\(slice.name)/\(name)", values.view(offset: slice.offset - first, shape: slice.shape))
      }
    }
  }

  /// The average of each parameter, or nothing.
  public var averages: [(slice: SliceLayout.Slice, values: Tensor)] {
    guard let name = averageName, let average = state.first(where: { $0.name == name })?.values
    else { return [] }
    let first = slices.first?.offset ?? 0
    return slices.map { ($0, average.view(offset: $0.offset - first, shape: $0.shape)) }
  }
}
