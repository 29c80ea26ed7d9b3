import Optimizers
import Tensors
import TestSupport

/// What PyTorch makes of one sequence of gradients, with many optimizers.
struct Trajectories: Decodable {
  let count: Int
  let stepsPerEpoch: Int
  /// The updates after which parameters are stored, from 0.
  let kept: [Int]
  let initial: [Float]
  let gradientSums: [[Float]]
  let cases: [String: [[Double]]]

  static let layout = SliceLayout([("weights", [3, 5]), ("bias", [3])])

  static func stored() throws -> Trajectories {
    try fixture("Fixtures/optimizer_trajectories.json")
  }

  func initialParameters() -> ParameterSet {
    let parameters = ParameterSet(Self.layout)
    parameters.flat.assign(Tensor(shape: [initial.count], elements: initial))
    return parameters
  }

  /// One update, as a trainer makes it.
  /// - Parameter cuts: where the gradient is cut in ranges that arrive one by one.
  func update(_ optimizer: any Optimizer, step: Int, cuts: [Int] = []) {
    optimizer.begin(TrainingMoment(epoch: step / stepsPerEpoch, update: step))
    gradientSums[step].withUnsafeBufferPointer { sums in
      if optimizer.needsWholeGradient { optimizer.measure([sums], count: count) }
      for (start, end) in zip([0] + cuts, cuts + [sums.count]) {
        optimizer.update(start..<end, gradient: sums.baseAddress! + start, count: count)
      }
    }
  }
}
