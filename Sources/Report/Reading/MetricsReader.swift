import Foundation
import Reporting

/// The curves of a run from its `metrics.jsonl`, in time and memory that hardly grow with the file.
///
/// Of a long log not every training line is parsed: only lines at evenly spaced places in the file, those near its
/// end, and all others, which are evaluations. Every line is looked at, so that none of those is missed.
public struct MetricsReader {
  /// What was found.
  public struct Result: Sendable {
    /// All series, in the order in which they begin.
    public var series: [MetricSeries] = []
    /// The number of lines of the file.
    public var lines = 0
    /// The number of lines that were parsed.
    public var parsed = 0
    /// Lines that are no records; the last one of a run under way may be torn, and does not count.
    public var damaged = 0
    /// Whether evaluations, too, were so many that only some were taken.
    public var thinsEvaluations = false
    /// Whether lines were left out.
    public var isSampled: Bool { parsed + damaged < lines }
  }

  /// About the number of training lines that are parsed.
  var most = 30_000
  /// Lines that begin less than so many bytes before the end are all parsed: a run that diverges does so there.
  var tail = 32 << 10
  private var found = Result()
  private var places: [MetricSeries.Name: Int] = [:]
  private var stride = 0
  private var size = 0
  private var nextSample = 0
  private var evaluations = 0
  private var evaluationStride = 1

  init() {}

  /// Reads a log. A file that is not there is empty.
  public static func read(_ path: String) -> Result {
    var reader = MetricsReader()
    return reader.read(path)
  }

  mutating func read(_ path: String) -> Result {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return found }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return found }
    size = Int(status.st_size)
    // Lines are longer than 100 bytes, so of a short log all are parsed.
    stride = size / most < 100 ? 0 : size / most
    LineScan.forEach(in: file) { line, offset, isWhole in
      // What is written meanwhile is for the next report.
      if offset < size { take(line, at: offset, isWhole: isWhole) }
    }
    return found
  }

  private static let training = Array(#"{"kind":"train""#.utf8)

  private mutating func take(_ line: UnsafeRawBufferPointer, at offset: Int, isWhole: Bool) {
    guard !line.isEmpty else { return }
    found.lines += 1
    guard isDue(line, at: offset) else { return }
    guard let record = try? JSONValue(parsing: Array(line)), add(record) else {
      if isWhole { found.damaged += 1 } else { found.lines -= 1 }
      return
    }
    found.parsed += 1
  }

  private mutating func isDue(_ line: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    let isTraining =
      line.count > Self.training.count
      && memcmp(line.baseAddress!, Self.training, Self.training.count) == 0
    guard isTraining else { return isEvaluationDue() }
    guard offset < nextSample else {
      nextSample = offset + stride
      return true
    }
    return offset >= size - tail
  }

  /// Nearly always true: but a log may have nothing but evaluations.
  private mutating func isEvaluationDue() -> Bool {
    evaluations += 1
    if evaluations > most * evaluationStride {
      evaluationStride *= 2
      found.thinsEvaluations = true
    }
    return evaluations % evaluationStride == 0
  }

  private mutating func add(_ record: JSONValue) -> Bool {
    guard case .object(let object) = record, let kind = record["kind"]?.stringValue,
      let stage = record["stage"]?.stringValue, let epoch = record["epoch"]?.intValue,
      let step = record["step"]?.intValue, step >= 0, epoch >= 0
    else { return false }
    let time = record["time"]?.doubleValue
    for member in object.members where !["epoch", "step", "time"].contains(member.key) {
      guard let value = member.value.doubleValue else { continue }
      if member.key == "kind" || member.key == "stage" { continue }
      let name = MetricSeries.Name(kind: kind, stage: stage, metric: member.key)
      if places[name] == nil {
        // Names that never end are no metrics.
        guard found.series.count < 2000 else { continue }
        places[name] = found.series.count
        found.series.append(MetricSeries(name: name))
      }
      found.series[places[name]!].points.append(
        .init(step: step, epoch: epoch, time: time, value: value))
    }
    return true
  }
}
