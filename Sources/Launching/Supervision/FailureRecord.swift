import Foundation

/// What the ranks wrote of the failure that ended them: `failure.json` in the run directory.
public struct FailureRecord: Sendable, Equatable, Codable {
  /// The rank that failed; nil when it is not known.
  public var rank: Int?
  /// Its host; nil when it is not known.
  public var host: String?
  /// The updates that were done.
  public var step: Int?
  /// What the rank was doing.
  public var phase: String?
  /// One line.
  public var reason: String
  /// When, in seconds since 1970.
  public var time: Double?
  /// The mark of the start that failed (`SDT_ATTEMPT`); nil for one without a supervisor.
  public var attempt: String?

  /// A failure.
  public init(
    rank: Int? = nil, host: String? = nil, step: Int? = nil, phase: String? = nil, reason: String,
    time: Double? = nil, attempt: String? = nil
  ) {
    (self.rank, self.host, self.step) = (rank, host, step)
    (self.phase, self.reason, self.time) = (phase, reason, time)
    self.attempt = attempt
  }

  /// Who failed, and why, in one line.
  public var line: String {
    let who = [rank.map { "rank \($0)" }, host.map { "host \($0)" }].compactMap(\.self)
    let clean = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    return who.isEmpty ? clean : "\(who.joined(separator: ", ")): \(clean)"
  }
}
