import Foundation

/// Numbers as people read them.
public enum Format {
  /// A span of time: `0m32s`, `1m23s`, `2h05m`, `3d04h`; `-` where it is unknown.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e10 else { return "-" }
    let whole = Int(seconds.rounded())
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86400)
    if minutes < 60 { return "\(minutes)m\(two(whole % 60))s" }
    if hours < 24 { return "\(hours)h\(two(minutes % 60))m" }
    return "\(days)d\(two(hours % 24))h"
  }

  /// A rate or a count with three digits and a suffix: `7.25`, `452`, `45.2k`, `1.30M`.
  public static func rate(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let suffixes = ["", "k", "M", "G", "T"]
    var (scaled, suffix) = (value, 0)
    // 999.5 and more would round to four digits.
    while abs(scaled) >= 999.5, suffix + 1 < suffixes.count {
      (scaled, suffix) = (scaled / 1000, suffix + 1)
    }
    let places = abs(scaled) < 9.995 ? 2 : abs(scaled) < 99.95 ? 1 : 0
    return fixed(scaled, places) + suffixes[suffix]
  }

  /// A metric with four significant digits: `12.41`, `0.0312`, `1.204e-05`; `nan`, `inf`, `-inf`.
  public static func metric(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    guard value.isFinite else { return value > 0 ? "inf" : "-inf" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size < 1e-3 || size >= 1e6 { return scientific(value, 3) }
    let places = size < 1 ? 4 : max(0, 3 - Int(log10(size)))
    return fixed(value, places)
  }

  /// A size in bytes with a binary unit: `512 B`, `1.5 KiB`, `3.2 GiB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (scaled, unit) = (Double(count), 0)
    while abs(scaled) >= 1023.95, unit + 1 < units.count {
      (scaled, unit) = (scaled / 1024, unit + 1)
    }
    return fixed(scaled, unit == 0 ? 0 : 1) + " " + units[unit]
  }

  static func fixed(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  static func scientific(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)e", value)
  }

  private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
