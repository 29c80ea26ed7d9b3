import Foundation
import Reporting

/// Numbers and times as a report writes them.
enum Numbers {
  /// Four significant digits, and a real minus.
  static func metric(_ value: Double) -> String {
    Format.metric(value).replacingOccurrences(of: "-", with: "−")
  }

  /// A count with thin spaces between thousands.
  static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let groups = digits.indices.map { place in
      let rest = digits.count - place
      return (place > 0 && rest % 3 == 0 ? "\u{202F}" : "") + String(digits[place])
    }
    return (value < 0 ? "−" : "") + groups.joined()
  }

  /// One noun or several.
  static func counted(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// Seconds in units that fit.
  static func seconds(_ value: Double) -> String {
    value < 60 ? String(format: value < 10 ? "%.2f s" : "%.1f s", value) : Format.duration(value)
  }

  /// A share in percent.
  static func percent(_ share: Double) -> String {
    share.isFinite ? String(format: "%.1f %%", share * 100) : "–"
  }

  /// Unix seconds as `2026-03-01 14:05:09 UTC`.
  static func date(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e11 else { return "–" }
    let text = Date(timeIntervalSince1970: seconds.rounded(.down)).formatted(.iso8601)
    return text.replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "Z", with: " UTC")
  }

  /// The metric's value with its unit.
  static func withUnit(_ value: Double, _ metric: String) -> String {
    let unit = MetricDescription.of(metric)?.unit ?? ""
    return metric.isEmpty || unit.isEmpty ? Self.metric(value) : "\(Self.metric(value)) \(unit)"
  }

  /// A name of files or metrics as a heading: `label_cross_entropy` becomes `Label cross entropy`.
  static func heading(_ name: String) -> String {
    let words = name.replacingOccurrences(of: "_", with: " ").replacingOccurrences(
      of: "-", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
