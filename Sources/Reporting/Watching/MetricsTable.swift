/// The courses of metrics in columns: name, sparkline, last, least and greatest value. Where it is narrow, first
/// the latter go, then the sparkline.
struct MetricsTable {
  private let nameWidth: Int
  private let lineWidth: Int
  private let hasRange: Bool
  private let isUnicode: Bool
  private static let numberWidth = 11

  init(series: [Series], width: Int, isUnicode: Bool) {
    let longest = series.map { DisplayWidth.of($0.name.harmless(isUnicode: isUnicode)) }.max() ?? 0
    nameWidth = min(longest, max(12, width / 3))
    hasRange = width >= 72
    let numbers = (hasRange ? 3 : 1) * (Self.numberWidth + 1)
    let rest = width - 2 - nameWidth - 2 - numbers
    lineWidth = rest >= 6 ? min(rest, 60) : 0
    self.isUnicode = isUnicode
  }

  func title(_ kind: String) -> String {
    let numbers = hasRange ? ["last", "least", "most"] : ["last"]
    return line(DisplayWidth.padded(cut(kind, 2 + nameWidth), columns: 2 + nameWidth), "", numbers)
  }

  func row(_ series: Series) -> String {
    let name = cut(series.name, nameWidth)
    let ends = [series.last, series.range?.lowerBound ?? .nan, series.range?.upperBound ?? .nan]
    return line(
      "  " + DisplayWidth.padded(name, columns: nameWidth),
      series.sparkline(width: lineWidth, isUnicode: isUnicode),
      ends.prefix(hasRange ? 3 : 1).map(Format.metric))
  }

  private func cut(_ text: String, _ columns: Int) -> String {
    DisplayWidth.fitted(
      text.harmless(isUnicode: isUnicode), columns: columns, isUnicode: isUnicode)
  }

  private func line(_ name: String, _ course: String, _ numbers: [String]) -> String {
    let middle = lineWidth > 0 ? "  " + DisplayWidth.padded(course, columns: lineWidth) : ""
    return name + middle
      + numbers.map { " " + DisplayWidth.padded($0, columns: Self.numberWidth, isRight: true) }
      .joined()
  }
}
