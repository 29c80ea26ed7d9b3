/// A way to join what ranks have computed of a whole, without knowing of messages. The work is dealt
/// in pieces that do not depend on the number of ranks; so is the result then.
public protocol GlobalGather: AnyObject {
  /// This rank, from 0.
  var rank: Int { get }
  /// The number of ranks.
  var ranks: Int { get }

  /// Joins the values of all ranks in rank order. Every rank calls this together.
  /// - Parameter counts: how many values each rank gives.
  /// - Returns: the same on every rank.
  func gather(_ values: [Double], counts: [Int]) throws -> [Double]
}

/// One process by itself.
public final class SoloGather: GlobalGather {
  /// 0.
  public var rank: Int { 0 }
  /// 1.
  public var ranks: Int { 1 }

  /// One process.
  public init() {}

  /// The values themselves.
  public func gather(_ values: [Double], counts: [Int]) throws -> [Double] { values }
}

/// Things cut into blocks of fixed size, and the blocks dealt to ranks: contiguous, in order.
public struct BlockDeal: Sendable {
  /// The number of things.
  public let count: Int
  /// The number of things of a block; the last one may have fewer.
  public let block: Int
  private let rank: Int
  private let ranks: Int

  /// Deals `count` things.
  public init(_ count: Int, block: Int, across: any GlobalGather) {
    self.count = count
    self.block = block
    (rank, ranks) = (across.rank, across.ranks)
  }

  /// The blocks of this rank.
  public var localBlocks: Range<Int> { blocks(of: rank) }

  /// The things of this rank.
  public var local: Range<Int> { things(of: rank) }

  /// How many things each rank has.
  public var counts: [Int] { (0..<ranks).map { things(of: $0).count } }

  /// The things of a block.
  public func range(ofBlock index: Int) -> Range<Int> {
    min(index * block, count)..<min((index + 1) * block, count)
  }

  private func blocks(of rank: Int) -> Range<Int> {
    part(rank, of: ranks, in: (count + block - 1) / block)
  }

  private func things(of rank: Int) -> Range<Int> {
    let blocks = blocks(of: rank)
    return min(blocks.lowerBound * block, count)..<min(blocks.upperBound * block, count)
  }
}
