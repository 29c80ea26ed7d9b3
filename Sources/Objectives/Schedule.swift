import Foundation

/// A number that changes from epoch to epoch: a learning rate, a momentum, a count of Gibbs steps.
public enum Schedule: Sendable, Equatable {
  /// The same in every epoch.
  case constant(Double)
  /// One value an epoch; the last one stays.
  case list([Double])
  /// `start`, multiplied by `factor` after every `every` epochs.
  case step(start: Double, factor: Double, every: Int)
  /// `start · factor^epoch`.
  case exponential(start: Double, factor: Double)
  /// From `start` to `end` along half a cosine over `epochs` epochs, then `end`
  /// (Loshchilov and Hutter, "SGDR", 2017, without restarts).
  case cosine(start: Double, end: Double, epochs: Int)
  /// From `start` to `end` along a line over `epochs` epochs, then `end`.
  case linear(start: Double, end: Double, epochs: Int)

  /// The value in an epoch, counted from 0.
  public func value(epoch: Int) -> Double {
    switch self {
    case .constant(let value): return value
    case .list(let values): return values[min(epoch, values.count - 1)]
    case .step(let start, let factor, let every):
      return start * pow(factor, Double(epoch / every))
    case .exponential(let start, let factor): return start * pow(factor, Double(epoch))
    case .cosine(let start, let end, let epochs):
      return end + (start - end) * (1 + cos(.pi * fraction(epoch, of: epochs))) / 2
    case .linear(let start, let end, let epochs):
      return start + (end - start) * fraction(epoch, of: epochs)
    }
  }

  /// The share of the way that is behind; all of it when there is no way.
  private func fraction(_ epoch: Int, of epochs: Int) -> Double {
    epochs > 0 ? min(Double(epoch) / Double(epochs), 1) : 1
  }
}
