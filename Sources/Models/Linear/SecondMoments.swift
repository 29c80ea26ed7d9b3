import CKernels
import Tensors

/// The mean of samples and the products of their values around it, in Float64 over all shards.
///
/// Two passes: a sum of squares from which the square of a sum is taken loses its digits. The result
/// has the same bits on any number of ranks.
/// Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance: analysis and
/// recommendations", The American Statistician 37 (1983).
public struct SecondMoments: Sendable {
  /// What values are taken around.
  public enum Center: Sendable {
    /// The mean: the scatter is a covariance times the number of samples.
    case mean
    /// Zero: the scatter is XᵀX.
    case origin
  }

  /// The center, in the samples' scale: [D].
  public let center: [Double]
  /// Σ (x − c)(x − c)ᵀ over all samples; the upper triangle with the diagonal of [D, D].
  public let scatter: [Double]
  /// The number of samples.
  public let count: Int
  /// The number of values of a sample, D.
  public var width: Int { center.count }

  /// Visits all samples twice. Every rank calls this together.
  public init(
    _ samples: any ShardedSamples, around center: Center = .mean, across: any GlobalSum
  ) throws {
    let width = samples.width
    var mean = [Double](repeating: 0, count: width)
    if center == .mean {
      let sums = try Self.sum(width, across) { shard, sums in
        try samples.forEachBlock(of: shard) { block in
          sdt_add_rows(&sums, block.pointer, block.shape[0], width)
        }
      }
      mean = sums.map { $0 / Double(samples.count) }
    }
    var centered: [Double] = []
    scatter = try Self.sum(width * width, across) { shard, sums in
      try samples.forEachBlock(of: shard) { block in
        let rows = block.shape[0]
        if centered.count < rows * width {
          centered = [Double](repeating: 0, count: rows * width)
        }
        sdt_center_rows(&centered, block.pointer, mean, rows, width)
        addGram(of: centered, rows: rows, columns: width, to: &sums)
      }
    }
    self.center = mean
    count = samples.count
  }

  /// Sums many numbers over all shards in the reduction tree's association.
  ///
  /// A rank goes through its shards one by one and adds what it can, so that it holds as many arrays
  /// as the tree has levels and not as it has shards. The others' come in pieces: each canonical
  /// partial sum stands at its first shard and zeros at the rest, which the tree then adds in vain.
  private static func sum(
    _ width: Int, _ across: any GlobalSum,
    shard: (Int, inout [Double]) throws -> Void
  ) throws -> [Double] {
    let layout = across.layout
    let tree = ReductionTree(shards: layout.shards)
    func sum(_ node: ReductionTree.Node) throws -> [Double] {
      guard node.level > 0 else {
        var sums = [Double](repeating: 0, count: width)
        try shard(node.first, &sums)
        return sums
      }
      let halves = tree.children(node).filter { !tree.range(of: $0).isEmpty }
      var left = try sum(halves[0])
      if halves.count == 2 { sdt_add_f64(&left, try sum(halves[1]), width) }
      return left
    }
    let partials = try tree.roots(covering: layout.local).map { node in
      (place: node.first - layout.local.lowerBound, sums: try sum(node))
    }
    if layout.ranks == 1 { return partials[0].sums }
    var result: [Double] = []
    result.reserveCapacity(width)
    for start in stride(from: 0, to: width, by: piece) {
      let columns = start..<min(start + piece, width)
      var values = [Double](repeating: 0, count: layout.local.count * columns.count)
      for partial in partials {
        let place = partial.place * columns.count
        values.replaceSubrange(place..<place + columns.count, with: partial.sums[columns])
      }
      result += try across.sum(values, width: columns.count)
    }
    return result
  }

  private static let piece = 1 << 16
}
