import Autograd
import Datasets
import Models
import Objectives
import Tensors

@testable import Training

/// A toy for line searches: the last value of a sample as a linear function of the others, by least
/// squares; dropped inputs, if asked for, make the loss one of random numbers, and an epoch in which the
/// targets double makes it another one.
final class LeastSquares: TapeModel {
  let parameters: ParameterSet
  let metrics = ["loss", "rows"]
  let sampleWidth: Int
  private let dropped: Float
  private let doublingEpoch: Int?
  private let scale = Tensor(1)

  init(width: Int, dropped: Float, doublingEpoch: Int? = nil) {
    sampleWidth = width
    (self.dropped, self.doublingEpoch) = (dropped, doublingEpoch)
    parameters = ParameterSet(SliceLayout([("bias", [1]), ("weights", [1, width - 1])]))
  }

  func begin(epoch: Int) { scale.fill(epoch >= doublingEpoch ?? .max ? 2 : 1) }

  func lossChanges(inEpoch epoch: Int) -> Bool { epoch == doublingEpoch }

  func loss(_ recording: Recording) -> [Variable] {
    let inputs = recording.samples.slice(axis: 1, 0..<sampleWidth - 1)
    let target = recording.samples.slice(axis: 1, sampleWidth - 1..<sampleWidth)
    let seen = dropped > 0 ? inputs.dropout(dropped, round: 0) : inputs
    let value = seen.dense(recording.parameters["weights"]!, recording.parameters["bias"]!)
    let ones = recording.tape.constant(1, shape: target.shape)
    return [(value - target * recording.live(scale)).squared.total.affine(0.5), ones.total]
  }
}

struct LeastSquaresFamily: ModelFamily {
  static let name = "least-squares"
  private let dropped: Double
  private let doublingEpoch: Int?
  init(_ settings: SettingsReader) throws {
    dropped = try settings.number("dropped", default: 0, in: 0...0.9)
    doublingEpoch = try settings.optionalInteger("doubling_epoch", in: 1...1000)
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let model = LeastSquares(
      width: context.shape.count, dropped: Float(dropped), doublingEpoch: doublingEpoch)
    return Stage(name: "toy", objective: TapeObjective(model, seed: context.seed))
  }
}
