import MessagePassing

/// How a run looks after itself. None of it shapes a result.
public struct RobustnessSettings: Sendable {
  /// How long a rank may keep the others waiting.
  public var watchdog: WatchdogSettings
  /// The number of updates between two comparisons of what all ranks hold alike; 0 never compares.
  public var sentinelEverySteps: Int
  /// Seconds that are left at least when a run stops itself before the end of its time.
  public var deadlineMargin: Double

  init(_ root: SettingsReader) throws {
    let watchdog = try root.section("watchdog")
    self.watchdog = WatchdogSettings(
      warnAfter: try Self.seconds(watchdog, "warn_after", default: 60),
      endAfter: try Self.seconds(watchdog, "end_after", default: 600))
    sentinelEverySteps = try root.section("sentinel").integer(
      "every_steps", default: 100, in: 0...Int.max)
    deadlineMargin = try root.section("deadline").number("margin", default: 10, in: 0...86_400)
  }

  /// Zero, or at least two beats of the watchdog.
  private static func seconds(
    _ reader: SettingsReader, _ key: String, default standard: Double
  ) throws -> Double {
    let value = try reader.number(key, default: standard, in: 0...1e9)
    guard value == 0 || value >= 1 else {
      throw reader.error("is \(value) but must be 0, for never, or at least 1 second", key: key)
    }
    return value
  }
}
