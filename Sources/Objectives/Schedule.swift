import Foundation

/// A number that changes while a stage trains: a learning rate, a momentum, a count of Gibbs steps.
///
/// It changes from epoch to epoch, or from update to update where it says so.
public indirect enum Schedule: Sendable, Equatable {
  /// The same in every epoch.
  case constant(Double)
  /// One value an epoch; the last one stays.
  case list([Double])
  /// `start`, multiplied by `factor` after every `every` epochs.
  case step(start: Double, factor: Double, every: Int)
  /// `start`, multiplied by `factor` at each of the epochs in `at`: from the first on that is counted with
  /// that number.
  case milestones(start: Double, factor: Double, at: [Int])
  /// `start · factor^epoch`.
  case exponential(start: Double, factor: Double)
  /// From `start` to `end` along half a cosine over `epochs` epochs, then `end`
  /// (Loshchilov and Hutter, "SGDR", 2017, without restarts).
  case cosine(start: Double, end: Double, epochs: Int)
  /// From `start` to `end` along a line over `epochs` epochs, then `end`.
  case linear(start: Double, end: Double, epochs: Int)
  /// The same, counted in updates where the schedule says epochs.
  case perUpdate(Schedule)
  /// The share (update + 1) / `updates` of another schedule during the first updates, then all of it.
  case warmUp(updates: Int, Schedule)

  /// The value in an epoch, counted from 0, of a schedule that does not follow updates.
  public func value(epoch: Int) -> Double {
    precondition(!followsUpdates, "a schedule by updates is asked with the update")
    return value(epoch: epoch, update: 0)
  }

  /// The value at an update of a stage, counted from 0, in an epoch, counted from 0.
  public func value(epoch: Int, update: Int) -> Double {
    switch self {
    case .constant(let value): return value
    case .list(let values): return values[min(epoch, values.count - 1)]
    case .step(let start, let factor, let every):
      return start * pow(factor, Double(epoch / every))
    case .milestones(let start, let factor, let places):
      return start * pow(factor, Double(places.count { $0 <= epoch }))
    case .exponential(let start, let factor): return start * pow(factor, Double(epoch))
    case .cosine(let start, let end, let epochs):
      return end + (start - end) * (1 + cos(.pi * fraction(epoch, of: epochs))) / 2
    case .linear(let start, let end, let epochs):
      return start + (end - start) * fraction(epoch, of: epochs)
    case .perUpdate(let schedule): return schedule.value(epoch: update, update: update)
    case .warmUp(let updates, let schedule):
      return schedule.value(epoch: epoch, update: update) * fraction(update + 1, of: updates)
    }
  }

  /// Whether the value may change inside an epoch.
  public var followsUpdates: Bool {
    switch self {
    case .perUpdate, .warmUp: true
    default: false
    }
  }

  /// The share of the way that is behind; all of it when there is no way.
  private func fraction(_ epoch: Int, of epochs: Int) -> Double {
    epochs > 0 ? min(Double(epoch) / Double(epochs), 1) : 1
  }
}
