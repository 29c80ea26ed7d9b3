extension MetricsLog {
  /// One line of the log.
  public struct Record: Equatable, Sendable {
    /// What the metrics are about, such as "train" or "evaluation".
    public var kind: String
    /// The entry of the curriculum.
    public var stage: String
    /// The epoch inside the stage.
    public var epoch: Int
    /// Optimizer updates since the start of the run.
    public var step: Int
    /// Names and values, in order.
    public var metrics: JSONObject
    /// When the line was written, unix seconds to the millisecond; nil in logs of older versions.
    public var time: Double?

    /// Creates a record.
    public init(
      kind: String, stage: String, epoch: Int, step: Int, metrics: JSONObject, time: Double? = nil
    ) {
      (self.kind, self.stage, self.epoch, self.step) = (kind, stage, epoch, step)
      self.metrics = metrics
      self.time = time.map { ($0 * 1000).rounded() / 1000 }
    }

    /// The number of one metric; `nil` where the record lacks it.
    public subscript(metric: String) -> Double? { metrics[metric]?.doubleValue }

    /// The keys that every line has, before its metrics.
    static let keys = ["kind", "stage", "epoch", "step"]
    /// The last key of a line.
    static let timeKey = "time"

    /// The object of the line. A metric cannot take the name of one of the other keys.
    var json: JSONValue {
      var object: JSONObject = [
        "kind": .string(kind), "stage": .string(stage), "epoch": .int(epoch), "step": .int(step),
      ]
      for member in metrics.members
      where !Self.keys.contains(member.key) && member.key != Self.timeKey {
        object[member.key] = member.value
      }
      if let time { object[Self.timeKey] = .double(time) }
      return .object(object)
    }

    /// `nil` where the bytes are no record.
    init?(parsing bytes: [UInt8]) {
      guard let json = try? JSONValue(parsing: bytes), case .object(var object) = json,
        let kind = json["kind"]?.stringValue, let stage = json["stage"]?.stringValue,
        let epoch = json["epoch"]?.intValue, let step = json["step"]?.intValue
      else { return nil }
      let time = object[Self.timeKey]?.doubleValue
      for key in Self.keys + [Self.timeKey] { object[key] = nil }
      self.init(
        kind: kind, stage: stage, epoch: epoch, step: step, metrics: object, time: time)
    }
  }

  /// All records of a log. See `forEach(in:_:)`.
  public static func read(_ path: String) throws -> [Record] {
    var records: [Record] = []
    try forEach(in: path) { records.append($0) }
    return records
  }

  /// Calls `body` with each record, in order and one at a time, so that a log of any length can be
  /// thinned out while it is read.
  ///
  /// A last line without its line break is skipped unless it is whole: a run may be writing it.
  /// Any other line that is no record is an error with its number.
  public static func forEach(in path: String, _ body: (Record) throws -> Void) throws {
    var lines = try LineReader(path: path)
    var number = 0
    while let line = lines.next() {
      number += 1
      if let record = Record(parsing: line.bytes) {
        try body(record)
      } else if !line.isTorn {
        throw FileError(path: path, message: "line \(number) is no record of metrics")
      }
    }
  }
}
