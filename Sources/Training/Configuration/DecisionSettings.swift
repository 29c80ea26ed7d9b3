import Optimizers

/// What evaluations decide about the course of a stage.
public struct DecisionSettings: Sendable, Equatable {
  /// Which value of an evaluation decides.
  public struct Metric: Sendable, Equatable {
    /// The name; nil is the value that the model is judged by.
    public var name: String?
    /// Whether less of it is better; nil where the model says.
    public var prefersLess: Bool?

    private enum Mode: String, CaseIterable { case min, max }

    init(_ reader: SettingsReader) throws {
      name = try reader.optionalString("metric")
      let mode: Mode? = try reader.optionalChoice("mode")
      prefersLess = mode.map { $0 == .min }
    }
  }

  /// When the learning rate is lowered: `optimizer.plateau`.
  public struct Plateau: Sendable, Equatable {
    /// What is looked at.
    public var metric: Metric
    /// The rule.
    public var rule: Optimizers.Plateau
  }

  /// When a stage ends: `training.early_stopping`.
  public struct Stopping: Sendable, Equatable {
    /// What is looked at.
    public var metric: Metric
    /// The rule.
    public var rule: EarlyStopping
  }

  /// When the learning rate is lowered, if ever.
  public var plateau: Plateau?
  /// When a stage ends before its last epoch, if ever.
  public var stopping: Stopping?

  /// Nothing is decided.
  static let none = DecisionSettings()

  private init() {}

  /// Whether nothing is decided.
  public var isEmpty: Bool { plateau == nil && stopping == nil }

  /// Reads `optimizer.plateau` and `training.early_stopping`.
  init(optimizer: SettingsReader, training: SettingsReader) throws {
    plateau = try Self.section(optimizer, "plateau").map { reader in
      Plateau(
        metric: try Metric(reader),
        rule: .init(
          patience: try reader.integer("patience", default: 5, in: 0...1_000_000),
          factor: try reader.number("factor", default: 0.1, in: 1e-6...0.999999),
          minimum: try reader.number("minimum", default: 0, in: 0...1e6)))
    }
    stopping = try Self.section(training, "early_stopping").map { reader in
      Stopping(
        metric: try Metric(reader),
        rule: .init(patience: try reader.integer("patience", default: 10, in: 1...1_000_000)))
    }
  }

  private static func section(_ reader: SettingsReader, _ key: String) throws -> SettingsReader? {
    reader.has(key) ? try reader.section(key) : reader.notGiven(key)
  }

  /// Decisions need evaluations.
  func check(data: RunConfiguration.Data, evaluation: RunConfiguration.Evaluation) throws {
    guard
      let key = plateau != nil
        ? "optimizer.plateau" : stopping != nil ? "training.early_stopping" : nil
    else { return }
    guard data.test != nil, evaluation.everyEpochs > 0 else {
      throw ConfigurationError(
        "\(key) decides from evaluations: name a test set (data.test) and let "
          + "evaluation.every_epochs be at least 1")
    }
  }
}
