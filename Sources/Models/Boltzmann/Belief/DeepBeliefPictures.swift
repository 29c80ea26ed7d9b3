import Objectives
import Tensors

/// What there is to look at of a deep belief network.
public struct DeepBeliefPictures {
  private let network: DeepBeliefNetwork
  private let sweeps: Int
  private let seed: UInt64
  /// Chains of a class, and the most classes in a picture.
  private static let (columns, mostClasses) = (10, 20)

  /// - Parameter sweeps: Gibbs sweeps of the chains that are drawn; 0 draws none.
  public init(_ network: DeepBeliefNetwork, sweeps: Int, seed: UInt64) {
    (self.network, self.sweeps, self.seed) = (network, sweeps, seed)
  }

  /// Filters of the first layer, reconstructions of samples [n, sample width], and samples of the model: a
  /// row a class, where there are classes.
  public func pictures(_ samples: Tensor) -> [Picture] {
    [filters, reconstructions(samples)] + (sweeps > 0 ? [drawn] : [])
  }

  private var filters: Picture {
    let weights = network.layers.first?.recognitionWeights ?? network.top.weights
    return .filters(weights, title: "Weights of the first layer's hidden units")
  }

  private func reconstructions(_ samples: Tensor) -> Picture {
    let up = network.upPass()
    let back: Tensor
    if let up, let down = network.downPass() {
      back = down(up(samples))
    } else {
      back = network.top.reconstructions(network.top.codes(samples))
    }
    return Picture(
      name: "reconstructions", title: "Test samples, up to the penultimate layer and back",
      rows: [samples, back], labels: ["sample", "model"], values: .data,
      axes: .init(columns: "test samples"))
  }

  private var drawn: Picture {
    let classes = min(network.classes, Self.mostClasses)
    let rows = max(classes, 1)
    let labels = (0..<classes).flatMap { Array(repeating: Int32($0), count: Self.columns) }
    let sampler = DeepBeliefSampler(
      network, chains: 0..<rows * Self.columns, labels: labels, seed: seed)
    let means = sampler.run(steps: 0..<sweeps)
    return Picture(
      name: "samples", title: "Samples of the model after \(sweeps) sweeps of the top machine",
      rows: (0..<rows).map { means.rows($0 * Self.columns..<($0 + 1) * Self.columns) },
      labels: (0..<classes).map { "class \($0)" }, values: .data,
      axes: .init(
        rows: classes > 0 ? "class" : nil, columns: "chains", rowClasses: Array(0..<classes)))
  }
}
