import Objectives

/// Where the training of a stage stands, as far as settings follow it.
public struct TrainingMoment: Sendable, Equatable {
  /// The epoch, from 0.
  public var epoch: Int
  /// The number of updates of the stage that are done.
  public var update: Int
  /// What has become of the learning rate besides its schedule.
  public var rate: RateAdjustment

  /// A moment.
  public init(epoch: Int, update: Int, rate: RateAdjustment = .none) {
    self.epoch = epoch
    self.update = update
    self.rate = rate
  }

  /// The value of a schedule.
  public func value(_ schedule: Schedule) -> Double {
    schedule.value(epoch: epoch, update: update)
  }

  /// The learning rate of a schedule.
  public func learningRate(_ schedule: Schedule) -> Double { rate.applied(to: value(schedule)) }
}

/// A factor on learning rates, and where it ends.
public struct RateAdjustment: Sendable, Equatable {
  /// Leaves the rate as it is.
  public static let none = RateAdjustment(factor: 1, minimum: 0)

  /// What the rate is multiplied by.
  public var factor: Double
  /// The rate that it is not brought below.
  public var minimum: Double

  /// An adjustment.
  public init(factor: Double, minimum: Double) {
    self.factor = factor
    self.minimum = minimum
  }

  /// A rate that is below the minimum by itself stays where it is.
  func applied(to rate: Double) -> Double { max(rate * factor, min(minimum, rate)) }
}
