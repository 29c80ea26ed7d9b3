@testable import Training

/// A small checkpoint.
func someCheckpoint(step: Int = 12) -> Checkpoint {
  Checkpoint(
    arrays: [
      .init(path: "/optimizer/weights/velocity", shape: [2, 3], values: [0, -1, 2, 0, 1, 5]),
      .init(path: "/parameters/bias", shape: [3], values: [0.5, -0.0, 1e-30]),
      .init(path: "/parameters/weights", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
      .init(path: "/state/chains", shape: [4, 1], values: [1, 0, 1, 1]),
    ], metricSums: [1.25, 3, -1e300],
    position: .init(stage: 1, epoch: 2, stepInEpoch: 3, step: step),
    best: .init(name: "error", value: 0.1, step: 8), program: "0.0.1", family: "rbm",
    configuration: shortest, dataset: "sha256:da7a",
    sampleShape: [1, 28, 27], digest: "sha256:d1")
}
