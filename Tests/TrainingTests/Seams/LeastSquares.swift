import Autograd
import Datasets
import Models
import Objectives
import Tensors

@testable import Training

/// A toy for line searches: the last value of a sample as a linear function of the others, by least
/// squares; dropped inputs, if asked for, make the loss one of random numbers.
final class LeastSquares: TapeModel {
  let parameters: ParameterSet
  let metrics = ["loss", "rows"]
  let sampleWidth: Int
  private let dropped: Float

  init(width: Int, dropped: Float) {
    sampleWidth = width
    self.dropped = dropped
    parameters = ParameterSet(SliceLayout([("bias", [1]), ("weights", [1, width - 1])]))
  }

  func loss(_ recording: Recording) -> [Variable] {
    let inputs = recording.samples.slice(axis: 1, 0..<sampleWidth - 1)
    let target = recording.samples.slice(axis: 1, sampleWidth - 1..<sampleWidth)
    let seen = dropped > 0 ? inputs.dropout(dropped, round: 0) : inputs
    let value = seen.dense(recording.parameters["weights"]!, recording.parameters["bias"]!)
    let ones = recording.tape.constant(1, shape: target.shape)
    return [(value - target).squared.total.affine(0.5), ones.total]
  }
}

struct LeastSquaresFamily: ModelFamily {
  static let name = "least-squares"
  private let dropped: Double
  init(_ settings: SettingsReader) throws {
    dropped = try settings.number("dropped", default: 0, in: 0...0.9)
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let model = LeastSquares(width: context.shape.count, dropped: Float(dropped))
    return Stage(name: "toy", objective: TapeObjective(model, seed: context.seed))
  }
}
