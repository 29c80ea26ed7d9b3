/// Sums over shards that are all in this process.
public final class SoloSum: GlobalSum {
  /// All shards, one rank.
  public let layout: ShardLayout
  private var rows: [Int: ShardRows] = [:]

  /// Sums over a number of shards.
  public init(shards: Int = 1) {
    layout = ShardLayout(shards: shards)
  }

  /// Adds the rows along the tree.
  public func sum(
    _ values: UnsafePointer<Double>, width: Int, into total: UnsafeMutablePointer<Double>
  ) throws {
    let all = rows[width] ?? ShardRows(shards: layout.shards, width: width)
    rows[width] = all
    all.values.update(from: values, count: layout.shards * width)
    all.add(into: total)
  }
}
