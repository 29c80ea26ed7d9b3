import Objectives
import Reporting

/// What was measured of a stage so far, thinned out, as curves.
struct LearningCurves: Sendable {
  /// Which epoch an update belongs to.
  struct Clock: Sendable {
    /// Updates before the stage.
    var firstStep: Int
    var stepsPerEpoch: Int

    func epoch(_ step: Int) -> Double {
      Double(step - firstStep) / Double(max(1, stepsPerEpoch))
    }
  }

  /// The most values of a curve: every second is left out when there are more.
  static let most = 1000
  /// The most panels.
  private static let mostPanels = 8
  /// What is no result of the model.
  private static let excluded: Set = ["samples_per_second"]

  private struct Curve {
    private(set) var points: [(step: Int, value: Double)] = []
    private var stride = 1
    private var count = 0

    mutating func add(_ step: Int, _ value: Double) {
      defer { count += 1 }
      guard count % stride == 0 else { return }
      points.append((step, value))
      guard points.count > LearningCurves.most else { return }
      points = points.indices.filter { $0 % 2 == 0 }.map { points[$0] }
      stride *= 2
    }
  }

  private var stage: String?
  /// In the order in which they came.
  private var names: [String] = []
  /// By kind of record and name.
  private var curves: [String: [String: Curve]] = [:]

  /// Takes a line of metrics.jsonl. That of another stage than the one before begins anew.
  mutating func add(
    _ kind: String, stage: String, step: Int, _ values: [(name: String, value: Double)]
  ) {
    if stage != self.stage {
      self = LearningCurves()
      self.stage = stage
    }
    for (name, value) in values where !Self.excluded.contains(name) {
      if !names.contains(name) { names.append(name) }
      curves[kind, default: [:]][name, default: Curve()].add(step, value)
    }
  }

  /// Takes what a run had measured before it went on.
  mutating func add(_ record: MetricsLog.Record) {
    add(
      record.kind, stage: record.stage, step: record.step,
      record.metrics.members.compactMap { member in
        // Times and texts are no curves.
        member.key == "time" ? nil : member.value.doubleValue.map { (member.key, $0) }
      })
  }

  /// A panel for each quantity, with training and test curves where there are both; those of both come first.
  func panels(_ clock: Clock) -> [LinePlot.Panel] {
    let all = names.compactMap { name -> LinePlot.Panel? in
      let series = [("train", "train"), ("evaluation", "test")].enumerated().compactMap {
        style, kinds in
        let (kind, title) = kinds
        return curves[kind]?[name].map { curve in
          LinePlot.Series(
            title, curve.points.map { (clock.epoch($0.step), $0.value) }, style: style)
        }
      }
      return series.isEmpty ? nil : LinePlot.Panel(name, series)
    }
    let both = all.filter { $0.series.count > 1 }
    return Array((both + all.filter { $0.series.count < 2 }).prefix(Self.mostPanels))
  }
}
