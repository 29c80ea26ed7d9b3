import CTimeline

/// Measures what the calling thread does, by activity. A run starts it once, on its main thread; on others
/// nothing is measured.
public enum Stopwatch {
  /// Which spans are kept.
  public enum Level: Int32, Sendable {
    /// Those of rare activities alone, such as checkpoints.
    case rare = 0
    /// Those of all activities.
    case activities = 1
    /// Details too.
    case details = 2
  }

  /// Starts at zero, in no activity that has a name. No spans are kept.
  public static func start() {
    let watch = sdt_stopwatch_here()!
    watch.pointee = sdt_stopwatch()
    watch.pointee.since = sdt_now()
    watch.pointee.is_on = 1
  }

  /// Measures no more, and keeps no spans.
  public static func stop() {
    let watch = sdt_stopwatch_here()!
    watch.pointee.is_on = 0
    (watch.pointee.level, watch.pointee.ring) = (0, nil)
  }

  /// The seconds of each activity since the start, the one under way included. All zero where it is not on.
  public static func read() -> ActivitySeconds {
    let watch = sdt_stopwatch_here()!
    guard watch.pointee.is_on != 0 else { return ActivitySeconds() }
    sdt_change(watch, sdt_lap_time(watch), watch.pointee.activity)
    return ActivitySeconds { activity in
      withUnsafeBytes(of: &watch.pointee.nanoseconds) {
        Double($0.bindMemory(to: UInt64.self)[Int(activity.rawValue)]) * 1e-9
      }
    }
  }

  /// Which spans are kept from here on, where there is a timeline.
  public static func keep(_ level: Level) {
    let watch = sdt_stopwatch_here()!
    watch.pointee.level = watch.pointee.ring == nil ? 0 : level.rawValue
  }

  /// Spans go to a ring from here on; nil keeps none.
  static func record(_ ring: UnsafeMutablePointer<sdt_span_ring>?) {
    let watch = sdt_stopwatch_here()!
    (watch.pointee.ring, watch.pointee.level) = (ring, 0)
  }
}

/// Seconds by activity.
public struct ActivitySeconds: Sendable, Equatable {
  private var values = [Double](repeating: 0, count: Activity.allCases.count)

  /// None.
  public init() {}

  /// What a function says of each activity.
  public init(_ value: (Activity) -> Double) {
    values = Activity.allCases.map(value)
  }

  /// Those of an activity.
  public subscript(activity: Activity) -> Double {
    get { values[Int(activity.rawValue)] }
    set { values[Int(activity.rawValue)] = newValue }
  }

  /// All of them.
  public var total: Double { values.reduce(0, +) }

  /// Both together.
  public static func + (one: Self, other: Self) -> Self { Self { one[$0] + other[$0] } }
}
