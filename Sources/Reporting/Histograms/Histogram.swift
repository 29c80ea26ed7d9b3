/// How often numbers lie where.
public struct Histogram: Equatable, Sendable {
  /// The least number.
  public var minimum: Double
  /// The greatest number.
  public var maximum: Double
  /// How many there are.
  public var count: Double
  /// Their sum.
  public var sum: Double
  /// The sum of their squares.
  public var sumOfSquares: Double
  /// The upper ends of the buckets, rising. A bucket begins where the one before ends.
  public var limits: [Double]
  /// The numbers in each bucket.
  public var counts: [Double]

  /// A histogram.
  public init(
    minimum: Double, maximum: Double, count: Double, sum: Double, sumOfSquares: Double,
    limits: [Double], counts: [Double]
  ) {
    (self.minimum, self.maximum, self.count) = (minimum, maximum, count)
    (self.sum, self.sumOfSquares) = (sum, sumOfSquares)
    (self.limits, self.counts) = (limits, counts)
  }

  /// Appends a bucket; neighbours without numbers become one.
  mutating func append(limit: Double, count: Double) {
    if count == 0, counts.last == 0 {
      limits[limits.count - 1] = limit
    } else {
      limits.append(limit)
      counts.append(count)
    }
  }

  /// Leaves out buckets without numbers at the ends; the first that stays has one before it, which says where
  /// it begins.
  mutating func trim() {
    while counts.count > 1, counts.last == 0 {
      counts.removeLast()
      limits.removeLast()
    }
  }
}
