/// Lowers the learning rate when an evaluation is no better than earlier ones: decided from the
/// evaluations alone, so that all ranks and a resumed run decide alike.
///
/// After an evaluation v, with the values before it h, the rate is multiplied by `factor` when
/// v > min(h without its last `patience` values). There is nothing to compare with before there are
/// more than `patience` values in h. When the rate has been lowered, h begins anew with v: a lower
/// rate gets its time.
public struct Plateau: Sendable, Equatable {
  /// The number of last values that are left out of the comparison.
  public var patience: Int
  /// What the rate is multiplied by.
  public var factor: Double
  /// The rate that it is not brought below.
  public var minimum: Double
  /// Whether less of the value is better.
  public var prefersLess: Bool

  /// A rule.
  public init(patience: Int, factor: Double, minimum: Double = 0, prefersLess: Bool = true) {
    self.patience = patience
    self.factor = factor
    self.minimum = minimum
    self.prefersLess = prefersLess
  }

  /// How often the rate was lowered in the course of these evaluations.
  public func count(_ values: [Double]) -> Int {
    var (count, start) = (0, 0)
    for place in values.indices {
      let earlier = values[start..<place].dropLast(patience)
      guard let best = earlier.map(loss).min(), loss(values[place]) > best else { continue }
      count += 1
      start = place
    }
    return count
  }

  /// What has become of the rate after these evaluations.
  public func adjustment(after values: [Double]) -> RateAdjustment {
    let factor = (0..<count(values)).reduce(1) { product, _ in product * self.factor }
    return RateAdjustment(factor: factor, minimum: minimum)
  }

  private func loss(_ value: Double) -> Double { Optimizers.loss(value, prefersLess: prefersLess) }
}

/// A value as something to be made small; what is not a number is worst.
func loss(_ value: Double, prefersLess: Bool) -> Double {
  value.isNaN ? .infinity : prefersLess ? value : -value
}
