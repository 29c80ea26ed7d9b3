import CKernels
import Tensors

/// The partial sums of all ranks, in tree order, and how they are joined.
struct PartialSums {
  /// The rank, and the number among its roots, of every partial sum.
  let places: [(rank: Int, root: Int)]
  let additions: [(into: Int, from: Int)]
  let layout: ShardLayout

  init(_ layout: ShardLayout) {
    self.layout = layout
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

/// Adds the partial sums at `partials`, [count] each, along `additions`, into `target`. What lies at
/// `partials` is used up.
func addPartials(
  _ partials: [UnsafeMutablePointer<Float>], _ additions: [(into: Int, from: Int)],
  into target: UnsafeMutablePointer<Float>, count: Int
) {
  // Two partial sums, the common case, need no detour.
  if additions.count == 1 { return sdt_add_into(target, partials[0], partials[1], count) }
  for (into, from) in additions { sdt_add(partials[into], partials[from], count) }
  target.update(from: partials[0], count: count)
}
