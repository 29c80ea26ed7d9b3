import Foundation

/// Where the time of a timeline went: `trace.json`, or a rank's part of it, read event by event in memory
/// that does not grow with the file.
public struct TraceSummary: Sendable {
  /// All spans of a name.
  public struct Row: Sendable, Equatable {
    /// What was done.
    public let name: String
    /// The activity, such as `compute`; `detail` for a part of one.
    public let category: String
    /// How often.
    public internal(set) var count = 0
    /// Seconds, of all ranks together.
    public internal(set) var total = 0.0
    /// The same, without what other spans inside of them took.
    public internal(set) var own = 0.0
    /// `own`, of that of all rows together.
    public internal(set) var share = 0.0
    /// Seconds of one, on average.
    public var mean: Double { total / Double(max(count, 1)) }
    /// Of each rank, in their order.
    public internal(set) var ranks: [OfRank] = []
  }

  /// The spans of a name, of one rank.
  public struct OfRank: Sendable, Equatable {
    /// The rank.
    public let rank: Int
    /// How often.
    public internal(set) var count = 0
    /// Seconds.
    public internal(set) var total = 0.0
    /// Seconds of the longest one.
    public internal(set) var longest = 0.0
  }

  /// A rank that stood still.
  public struct Wait: Sendable, Equatable {
    /// The rank.
    public let rank: Int
    /// What it waited in, such as `MPI_Allgatherv`.
    public let name: String
    /// Seconds from the beginning of the timeline.
    public let begin: Double
    /// How long, in seconds.
    public let seconds: Double
    /// The rank that came last; nil where the timeline does not tell.
    public internal(set) var awaited: Int?
  }

  /// Rows, the longest in total first.
  public let rows: [Row]
  /// The longest waits, the longest first.
  public let waits: [Wait]
  /// What the ranks are called, such as `rank 3 (n1)`.
  public let rankNames: [Int: String]
  /// Spans for which there was no room.
  public let lost: Int
  /// By how many microseconds the clocks of two hosts may differ at most.
  public let clockError: Double

  /// How many waits are listed.
  static let mostWaits = 10

  /// Reads a timeline. One whose end is missing, since the run was killed, is taken as far as it goes.
  /// - Throws: `FileError`; also for a file that holds no spans.
  public init(path: String) throws(FileError) {
    var reading = TraceReading()
    try Self.forEach(in: path) { reading.add($0) }
    guard !reading.rows.isEmpty else {
      throw FileError(path: path, message: "holds no spans; train with --trace writes such files")
    }
    var calls = TraceCalls(of: reading.waits)
    if !calls.isEmpty { try Self.forEach(in: path) { calls.add($0) } }
    waits = reading.waits.map { calls.resolved($0, ranks: reading.ranks) }
    rows = reading.summedRows
    (rankNames, lost, clockError) = (reading.names, reading.lost, reading.clockError)
  }

  private static func forEach(
    in path: String, _ body: (TraceEvent) -> Void
  ) throws(FileError) {
    var lines = try LineReader(path: path)
    while let line = lines.next() {
      if let event = TraceEvent(line: line.bytes) { body(event) }
    }
  }
}
