import CTimeline

/// The clock of stopwatches and timelines.
public enum Moment {
  /// Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)): it never goes back, and begins where the host does.
  public static var now: UInt64 { sdt_now() }
}
