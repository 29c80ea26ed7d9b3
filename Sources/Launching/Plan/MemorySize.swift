/// The memory of a node that a job asks for.
public struct MemorySize: Sendable, Equatable {
  /// How many of the unit.
  public let count: Int
  /// `M`, `G` or `T`: 2²⁰, 2³⁰ or 2⁴⁰ bytes.
  public let unit: Character

  /// Reads a number with `M` (also without a unit), `G` or `T`.
  /// - Throws: `LaunchError` for anything else.
  public init(_ text: String) throws {
    let last = text.last.map { Character($0.uppercased()) } ?? " "
    let unit: Character = "MGT".contains(last) ? last : "M"
    let digits = "MGT".contains(last) ? text.dropLast() : text[...]
    guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let count = Int(digits), count > 0
    else {
      throw LaunchError(
        "--memory is '\(text)' but must be a whole number with M, G or T, such as 16G, of a node")
    }
    (self.count, self.unit) = (count, unit)
  }

  /// As Slurm writes it: `16G`.
  public var short: String { "\(count)\(unit)" }
  /// As PBS and LSF write it: `16gb`.
  public var long: String { "\(count)\(unit.lowercased())b" }
}
