import CKernels
import Tensors

/// What pushes points apart: F_i = Σ_j w_ij² (y_i − y_j) and Z = Σ_i Σ_j≠i w_ij with
/// w_ij = 1 / (1 + |y_i − y_j|²).
protocol Repulsion: AnyObject {
  /// Computes it on all ranks together.
  /// - Parameters:
  ///   - y: all points, [N, 2].
  ///   - forces: this rank's points' F and row sums of w, [rows, 3].
  /// - Returns: Z, the same on every rank.
  func compute(_ y: [Double], into forces: inout [Double]) throws -> Double
}

/// All pairs.
final class ExactRepulsion: Repulsion {
  private let deal: BlockDeal
  private let across: any GlobalGather

  init(deal: BlockDeal, across: any GlobalGather) {
    self.deal = deal
    self.across = across
  }

  func compute(_ y: [Double], into forces: inout [Double]) throws -> Double {
    let rows = deal.local
    sdt_repel_exactly(y, deal.count, rows.lowerBound, rows.upperBound, &forces)
    let sums = rows.indices.map { forces[3 * ($0 - rows.lowerBound) + 2] }
    return try across.gather(sums, counts: deal.counts).reduce(0, +)
  }
}

/// Cells of a quadtree stand for the points in them. Every rank builds the whole tree, which takes a
/// tenth of the time of the forces, and does its part of the groups of points.
final class TreeRepulsion: Repulsion {
  private let theta: Double
  private let rows: Range<Int>
  private let across: any GlobalGather
  private let tree: OpaquePointer
  /// The points in the tree's order, in groups.
  private let deal: BlockDeal
  private var own: [Double]

  init(points: Int, theta: Double, rows: Range<Int>, across: any GlobalGather) throws {
    self.theta = theta
    self.rows = rows
    self.across = across
    guard let tree = sdt_quadtree_create(points) else {
      throw EmbeddingError("no memory for a tree over \(points) points")
    }
    self.tree = tree
    deal = BlockDeal(points, block: Int(SDT_QUADTREE_GROUP), across: across)
    own = [Double](repeating: 0, count: 3 * deal.local.count)
  }

  deinit { sdt_quadtree_free(tree) }

  func compute(_ y: [Double], into forces: inout [Double]) throws -> Double {
    sdt_quadtree_build(tree, y)
    let groups = deal.localBlocks
    sdt_quadtree_repel(tree, theta, groups.lowerBound, groups.upperBound, &own)
    let all = try across.gather(own, counts: deal.counts.map { 3 * $0 })
    guard let order = sdt_quadtree_order(tree) else { return 0 }
    var sum = 0.0
    for place in 0..<deal.count {
      sum += all[3 * place + 2]
      let row = Int(order[place]) - rows.lowerBound
      guard row >= 0, row < rows.count else { continue }
      for axis in 0..<3 { forces[3 * row + axis] = all[3 * place + axis] }
    }
    return sum
  }
}
