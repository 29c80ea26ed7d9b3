import Tensors

/// The partial sums of all ranks, in tree order, and how they are joined.
struct PartialSums {
  /// The rank, and the number among its roots, of every partial sum.
  let places: [(rank: Int, root: Int)]
  let additions: [(into: Int, from: Int)]

  init(_ layout: ShardLayout) {
    let tree = ReductionTree(shards: layout.shards)
    let roots = (0..<layout.ranks).map { tree.roots(covering: layout.owned(by: $0)) }
    places = roots.enumerated().flatMap { rank, nodes in nodes.indices.map { (rank, $0) } }
    additions = tree.additions(joining: roots.flatMap { $0 })
  }
}

/// A rank's slice of a bucket: every rank adds the partial sums of one.
func slice(_ rank: Int, of bucket: Range<Int>, ranks: Int) -> Range<Int> {
  let inside = part(rank, of: ranks, in: bucket.count)
  return bucket.lowerBound + inside.lowerBound..<bucket.lowerBound + inside.upperBound
}
