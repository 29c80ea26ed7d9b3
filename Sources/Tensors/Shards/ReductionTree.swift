/// The one association in which values of all shards are added: a binary tree over shard indices.
///
/// Node (level, index) covers the shards [index · 2^level, (index + 1) · 2^level) that exist. A node
/// whose right half is empty is its left half; every other is left + right. So the sum has the same
/// bits however the shards are dealt to ranks.
public struct ReductionTree: Sendable, Equatable {
  /// A node, by the shards it covers.
  public struct Node: Sendable, Hashable {
    /// The power of two of the node's span.
    public let level: Int
    /// The node's place in its level.
    public let index: Int
    /// The first shard.
    public var first: Int { index << level }

    /// The node of a level and place.
    public init(level: Int, index: Int) {
      self.level = level
      self.index = index
    }
  }

  /// The number of shards.
  public let shards: Int

  /// The tree over a number of shards.
  public init(shards: Int) {
    precondition(shards > 0, "at least one shard")
    self.shards = shards
  }

  /// The shards a node covers.
  public func range(of node: Node) -> Range<Int> {
    min(node.first, shards)..<min((node.index + 1) << node.level, shards)
  }

  /// The root: all shards.
  public var root: Node {
    var level = 0
    while 1 << level < shards { level += 1 }
    return Node(level: level, index: 0)
  }

  /// The largest nodes that lie wholly in a range, in order: the canonical partial sums that a rank
  /// owning these shards can form.
  public func roots(covering owned: Range<Int>) -> [Node] {
    var found: [Node] = []
    collect(root, owned, &found)
    return found
  }

  private func collect(_ node: Node, _ owned: Range<Int>, _ found: inout [Node]) {
    let covered = range(of: node)
    guard covered.overlaps(owned) else { return }
    if owned.contains(covered.lowerBound) && covered.upperBound <= owned.upperBound {
      // A node with an empty right half is its left half: name it by the smaller one.
      return found.append(canonical(node))
    }
    for child in children(node) { collect(child, owned, &found) }
  }

  /// The two halves of a node above the leaves.
  public func children(_ node: Node) -> [Node] {
    [0, 1].map { Node(level: node.level - 1, index: node.index * 2 + $0) }
  }

  private func canonical(_ node: Node) -> Node {
    var node = node
    while node.level > 0, range(of: children(node)[1]).isEmpty { node = children(node)[0] }
    return node
  }

  /// The additions that bring partial sums to the root: `a += b`, in order, where a and b index
  /// `parts`, which cover all shards together. The result ends in part 0.
  public func additions(joining parts: [Node]) -> [(into: Int, from: Int)] {
    var places: [Int: Int] = [:]
    for (place, part) in parts.enumerated() { places[part.first] = place }
    var schedule: [(Int, Int)] = []
    let whole = Set(parts)
    func join(_ node: Node) -> Int {
      let node = canonical(node)
      if whole.contains(node) { return places[node.first]! }
      let halves = children(node)
      let left = join(halves[0])
      let right = join(halves[1])
      schedule.append((left, right))
      return left
    }
    let end = join(root)
    precondition(end == 0, "the parts cover all shards, in order")
    return schedule
  }

  /// The sum of one value a shard, in the tree's association.
  public func sum(_ values: [Double]) -> Double {
    precondition(values.count == shards, "one value a shard")
    var values = values
    for (into, from) in leafAdditions { values[into] += values[from] }
    return values[0]
  }

  /// The additions that join all leaves.
  public var leafAdditions: [(into: Int, from: Int)] {
    additions(joining: (0..<shards).map { Node(level: 0, index: $0) })
  }
}
