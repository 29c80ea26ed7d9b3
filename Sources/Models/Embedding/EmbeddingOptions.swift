/// How points are embedded.
public struct EmbeddingOptions: Sendable, Equatable {
  /// How the repulsion between points is computed.
  public enum Method: String, Sendable, CaseIterable {
    /// `exact` for at most 2,000 points, `barnes-hut` above.
    case auto
    /// All pairs, and probabilities of all pairs: O(N²).
    case exact
    /// A tree, and probabilities of near neighbours: O(N log N).
    case barnesHut = "barnes-hut"
  }

  /// Where points start.
  public enum Start: String, Sendable, CaseIterable {
    /// At their first two principal components: keeps more of the large structure.
    case pca
    /// At random.
    case random
  }

  /// The number of neighbours a point feels, about: e to the entropy of its p_j|i.
  public var perplexity = 30.0
  /// The number of updates.
  public var iterations = 1000
  /// What attraction is multiplied by at first, so that clusters form and find their place.
  public var exaggeration = 12.0
  /// The number of updates with exaggeration, and with momentum 0.5 instead of 0.8.
  public var exaggerationIterations = 250
  /// The step; nil is N / exaggeration / 4, at least 50.
  public var learningRate: Double?
  /// A cell of the tree whose side is less than this part of its distance stands for its points.
  public var theta = 0.5
  /// How repulsion is computed.
  public var method = Method.auto
  /// Where points start.
  public var start = Start.pca
  /// What random numbers are keyed by.
  public var seed: UInt64 = 1

  /// What is usual.
  public init() {}

  /// The method for a number of points, never `auto`.
  public func method(points: Int) -> Method {
    method == .auto ? (points <= 2000 ? .exact : .barnesHut) : method
  }

  /// The number of neighbours that a point has probabilities for.
  public func neighbors(points: Int) -> Int {
    method(points: points) == .exact ? points - 1 : min(points - 1, Int(3 * perplexity))
  }

  /// The step for a number of points. Source: Belkina et al., "Automated optimized parameters for
  /// t-distributed stochastic neighbor embedding", Nature Communications 10 (2019).
  func learningRate(points: Int) -> Double {
    learningRate ?? max(Double(points) / exaggeration / 4, 50)
  }

  /// Checks the options against a number of points.
  public func check(points: Int) throws(EmbeddingError) {
    guard points >= 4 else {
      throw EmbeddingError("\(points) points are too few to be embedded: at least 4 are needed")
    }
    guard perplexity >= 1, perplexity.isFinite else {
      throw EmbeddingError("the perplexity is \(perplexity) but must be at least 1")
    }
    // Each point has 3 · perplexity neighbours.
    guard 3 * perplexity <= Double(points - 1) else {
      let most = Double((points - 1) * 10 / 3) / 10
      throw EmbeddingError(
        "a perplexity of \(perplexity) is too large for \(points) points: at most \(most), a third "
          + "of the other points")
    }
    guard points * neighbors(points: points) <= 200_000_000 else {
      throw EmbeddingError(
        "\(points) points with \(neighbors(points: points)) neighbours each are too many; take "
          + "fewer points, a smaller perplexity or the method barnes-hut")
    }
    guard iterations >= 1, exaggerationIterations >= 0 else {
      throw EmbeddingError("the number of iterations must be above zero")
    }
    guard exaggeration >= 1, exaggeration.isFinite else {
      throw EmbeddingError("the exaggeration is \(exaggeration) but must be at least 1")
    }
    guard learningRate.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw EmbeddingError("the learning rate must be above zero")
    }
    guard (0...1).contains(theta) else {
      throw EmbeddingError("theta is \(theta) but must be from 0 (exact) to 1")
    }
  }
}

/// Points that cannot be embedded as wished: one line.
public struct EmbeddingError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}
