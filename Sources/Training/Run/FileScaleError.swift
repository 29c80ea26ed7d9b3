import Datasets
import Objectives
import Tensors

/// The squared error of reconstructions of standardised samples, back in the scale of the file, where bytes count
/// from 0 to 1.
struct FileScaleError {
  private let stage: Stage
  private let data: DataPipeline
  private let across: any GlobalSum

  init(_ stage: Stage, _ data: DataPipeline, _ across: any GlobalSum) {
    (self.stage, self.data, self.across) = (stage, data, across)
  }

  /// The mean over test samples, summed over a sample's values; nil where samples are not standardised, or
  /// nothing is reconstructed. Every rank calls this together.
  func measure() throws -> Double? {
    guard case .standardize(_, let inverse) = data.transform, let reconstruct = stage.reconstruct,
      let test = data.test, let loader = try data.testLoader()
    else { return nil }
    let unit = test.stored == .uint8 ? 255.0 : 1
    // A value that never varies is drawn at its mean: it has no error.
    let scales = inverse.elements.map { $0 > 0 ? 1 / (Double($0) * unit) : 0 }
    var sums = loader.batch.shards.map { _ in 0.0 }
    loader.begin(epoch: 0)
    for step in 0..<loader.plan.stepsPerEpoch {
      try loader.load(stepInEpoch: step, step: step)
      for (place, shard) in loader.batch.shards.enumerated() where shard.rows > 0 {
        sums[place] += Self.error(shard.samples, reconstruct(shard.samples), scales)
      }
    }
    return try across.sum(sums, width: 1)[0] / Double(test.count)
  }

  private static func error(_ a: Tensor, _ b: Tensor, _ scales: [Double]) -> Double {
    let (x, y, width) = (a.pointer, b.pointer, scales.count)
    var sum = 0.0
    for row in 0..<a.shape[0] {
      for i in 0..<width {
        let difference = (Double(x[row * width + i]) - Double(y[row * width + i])) * scales[i]
        sum += difference * difference
      }
    }
    return sum
  }
}
