/// The metrics of a run as they come in, from its `metrics.jsonl`.
struct MetricsFollower {
  /// A kind of metrics, such as "train", with the courses of its values.
  struct Group: Sendable {
    let kind: String
    var series: [Series] = []
  }

  /// The stage under way, or the last one.
  private(set) var stage = ""
  /// The epoch and step of the last line.
  private(set) var epoch: Int?
  private(set) var step: Int?
  /// The kinds of metrics of this stage.
  private(set) var groups: [Group] = []
  private var follower: LineFollower
  /// The place whose line of training was taken last.
  private var sampled: Int?
  /// Keys that are no metrics.
  private static let ignored = ["time", "samples_per_second"]
  /// As many metrics as anybody looks at: a damaged file may have any names.
  private static let capacity = 64

  init(path: String, limits: LineFollower.Limits = .init()) {
    follower = LineFollower(path: path, limits: limits)
  }

  /// Bytes of the file that were left out, where it is large.
  var skippedBytes: Int { follower.skipped }

  /// Reads what is new.
  mutating func poll() {
    var (follower, result) = (self.follower, self)
    let path = follower.path
    follower.poll { news in
      switch news {
      case .restarted: result = Self(path: path)
      case .line(let line, let place): result.take(line, place)
      }
    }
    result.follower = follower
    self = result
  }

  private mutating func take(_ line: ArraySlice<UInt8>, _ place: Int?) {
    // Of neighbouring lines of training one is enough where lines are left out; evaluations are rare.
    if let place, line.starts(with: Self.training) {
      guard place != sampled else { return }
      sampled = place
    }
    if let record = MetricsLog.Record(parsing: Array(line)) { add(record) }
  }

  private static let training = Array(#"{"kind":"train""#.utf8)

  mutating func add(_ record: MetricsLog.Record) {
    if record.stage != stage { (stage, groups) = (record.stage, []) }
    (epoch, step) = (record.epoch, record.step)
    for metric in record.metrics.members where !Self.ignored.contains(metric.key) {
      if let value = metric.value.doubleValue { add(value, metric.key, record) }
    }
  }

  private mutating func add(_ value: Double, _ name: String, _ record: MetricsLog.Record) {
    let kind = record.kind
    let group = groups.firstIndex { $0.kind == kind } ?? groups.count
    if group == groups.count {
      guard groups.count < 8 else { return }
      groups.append(Group(kind: kind))
    }
    let place = groups[group].series.firstIndex { $0.name == name } ?? groups[group].series.count
    if place == groups[group].series.count {
      guard place < Self.capacity else { return }
      groups[group].series.append(Series(name: name))
    }
    groups[group].series[place].add(value, step: record.step)
  }
}
