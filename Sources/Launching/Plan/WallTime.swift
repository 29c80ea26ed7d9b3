/// A limit of time, read and written as schedulers do.
public struct WallTime: Sendable, Equatable {
  /// The limit, in seconds; at least one minute.
  public let seconds: Int

  /// A limit in seconds.
  public init(seconds: Int) {
    self.seconds = seconds
  }

  /// Reads what `sbatch --time` takes: `minutes`, `minutes:seconds`, `hours:minutes:seconds`,
  /// `days-hours`, `days-hours:minutes`, `days-hours:minutes:seconds`.
  /// - Throws: `LaunchError` for anything else, and for less than a minute or more than 1000 days.
  public init(_ text: String) throws {
    guard let seconds = Self.parse(text), (60...1000 * 86400).contains(seconds) else {
      throw LaunchError(
        "--time is '\(text)' but must be minutes, HH:MM:SS, or D-HH:MM:SS, at least one minute")
    }
    self.seconds = seconds
  }

  private static func parse(_ text: String) -> Int? {
    let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let fields = halves[halves.count - 1].split(separator: ":", omittingEmptySubsequences: false)
    let numbers = fields.compactMap(number)
    guard numbers.count == fields.count, (1...3).contains(numbers.count) else { return nil }
    if halves.count == 2 {
      guard let days = number(halves[0]) else { return nil }
      let weighted = zip(numbers, [3600, 60, 1]).map { $0 * $1 }
      return days * 86400 + weighted.reduce(0, +)
    }
    let weights = numbers.count == 3 ? [3600, 60, 1] : [60, 1]
    return zip(numbers, weights).map { $0 * $1 }.reduce(0, +)
  }

  private static func number(_ text: Substring) -> Int? {
    guard (1...6).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return Int(text)
  }

  /// `D-HH:MM:SS`, without days when there are none: Slurm.
  public var daysAndHours: String {
    let days = seconds / 86400
    let rest = Self.clock(seconds % 86400)
    return days == 0 ? rest : "\(days)-\(rest)"
  }

  /// `HH:MM:SS`, of any number of hours: PBS.
  public var hours: String { Self.clock(seconds) }

  /// `HH:MM`, rounded up: LSF.
  public var hoursAndMinutes: String { String(Self.clock((seconds + 59) / 60 * 60).dropLast(3)) }

  private static func clock(_ seconds: Int) -> String {
    let fields = [seconds / 3600, seconds / 60 % 60, seconds % 60]
    return fields.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}
