import Objectives
import Optimizers

/// What the evaluations of a stage have decided so far. All of it follows from the values, which are
/// the same bits on every rank and stand in checkpoints.
struct EvaluationDecisions {
  /// The values that decide, by name, in the order of the evaluations.
  private(set) var history: [String: [Double]]

  private let plateau: (metric: String, rule: Plateau)?
  private let stopping: (metric: String, rule: EarlyStopping)?

  /// - Parameters:
  ///   - criterion: what the model is judged by.
  ///   - history: of a run that goes on.
  init(
    _ settings: DecisionSettings, criterion: EvaluationCriterion?, history: [String: [Double]] = [:]
  ) throws {
    self.history = history
    plateau = try settings.plateau.map { plateau in
      let chosen = try Self.chosen(plateau.metric, criterion, "optimizer.plateau")
      var rule = plateau.rule
      rule.prefersLess = chosen.prefersLess
      return (chosen.name, rule)
    }
    stopping = try settings.stopping.map { stopping in
      let chosen = try Self.chosen(stopping.metric, criterion, "training.early_stopping")
      var rule = stopping.rule
      rule.prefersLess = chosen.prefersLess
      return (chosen.name, rule)
    }
  }

  /// Checks before a run what `add` would find after its first evaluation.
  /// - Parameter evaluator: of the stage that is decided about.
  /// - Throws: `ConfigurationError`, where no value of its evaluations is meant.
  static func check(_ settings: DecisionSettings, _ evaluator: (any Evaluator)?) throws {
    guard !settings.isEmpty else { return }
    var decisions = try EvaluationDecisions(settings, criterion: evaluator?.criterion)
    // Names do not depend on the sums.
    let nothing = EvaluationSums(
      sums: [Double](repeating: 0, count: evaluator?.width ?? 0), count: 1)
    let own = evaluator?.results(test: nothing, train: nothing) ?? []
    try decisions.add(own + (evaluator?.concludedNames ?? []).map { ($0, 0) })
  }

  private static func chosen(
    _ metric: DecisionSettings.Metric, _ criterion: EvaluationCriterion?, _ key: String
  ) throws -> EvaluationCriterion {
    guard let name = metric.name ?? criterion?.name else {
      throw ConfigurationError(
        "\(key).metric is missing: this model is judged by no value of its own")
    }
    let known = name == criterion?.name ? criterion?.prefersLess : nil
    guard let prefersLess = metric.prefersLess ?? known else {
      throw ConfigurationError(
        "\(key).mode is missing: is less of \(name) better (min) or more (max)?")
    }
    return EvaluationCriterion(name, prefersLess: prefersLess)
  }

  /// Whether nothing is decided.
  var isEmpty: Bool { plateau == nil && stopping == nil }

  /// Takes the values of an evaluation.
  mutating func add(_ values: [(name: String, value: Double)]) throws {
    let watched = [
      (plateau?.metric, "optimizer.plateau"), (stopping?.metric, "training.early_stopping"),
    ]
    for (key, name) in watched.compactMap({ name, key in name.map { (key, $0) } })
    where !values.contains(where: { $0.name == name }) {
      let names = values.map(\.name).joined(separator: ", ")
      throw ConfigurationError(
        "\(key).metric is \(name), but an evaluation gives \(names.isEmpty ? "nothing" : names)")
    }
    for name in Set([plateau?.metric, stopping?.metric].compactMap { $0 }) {
      let value = values.first { $0.name == name }!.value
      history[name, default: []].append(value)
    }
  }

  /// What has become of the learning rate.
  var rate: RateAdjustment {
    plateau.map { $0.rule.adjustment(after: history[$0.metric] ?? []) } ?? .none
  }

  /// Whether the stage ends here.
  var stops: Bool {
    stopping.map { $0.rule.stops(after: history[$0.metric] ?? []) } ?? false
  }

  /// Says why.
  var reason: String {
    guard let stopping else { return "" }
    return "\(stopping.metric) has not become better in \(stopping.rule.patience) evaluations"
  }
}
