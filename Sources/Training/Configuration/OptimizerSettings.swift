import Objectives
import Optimizers
import Yams

/// The words under `optimizer.name`.
enum OptimizerName: String, CaseIterable {
  case sgd, momentum, nesterov, rmsprop, adam, adamw, adagrad, lbfgs, cg

  /// The learning rate that the method's authors or the usual libraries start from.
  var learningRate: Double {
    switch self {
    case .sgd, .momentum, .nesterov: 0.05
    case .rmsprop, .adam, .adamw: 0.001
    case .adagrad: 0.01
    case .lbfgs, .cg: preconditionFailure("a line search finds its steps")
    }
  }
}

extension OptimizerChoice {
  /// Reads the settings under `optimizer`, or another key that holds an optimizer.
  /// - Parameters:
  ///   - standard: the rule unless one is named.
  ///   - learningRate: that rule's default.
  init(
    _ reader: SettingsReader, standard: OptimizerName = .sgd, learningRate: Double? = nil
  ) throws {
    let name: OptimizerName = try reader.choice("name", default: standard)
    switch name {
    case .lbfgs, .cg: self = .fullBatch(try FullBatchOptions(name, reader))
    default:
      let usual = name == standard ? learningRate : nil
      self = .stochastic(try OptimizerOptions(name, reader, usual ?? name.learningRate))
    }
  }
}

extension FullBatchOptions {
  fileprivate init(_ name: OptimizerName, _ reader: SettingsReader) throws {
    for key in ["learning_rate", "momentum", "plateau"] where reader.has(key) {
      throw reader.error(
        "is given, but \(name.rawValue) finds its steps by itself; leave it out", key: key)
    }
    self.init(
      name == .cg
        ? .conjugateGradient
        : .lbfgs(memory: try reader.integer("memory", default: 10, in: 1...1000)),
      weightDecay: try reader.number("weight_decay", default: 0, in: 0...1e3))
  }
}

extension OptimizerOptions {
  fileprivate init(
    _ name: OptimizerName, _ reader: SettingsReader, _ learningRate: Double
  ) throws {
    let rate = try reader.schedule(
      "learning_rate", default: learningRate, in: 0...1e6, followsUpdates: true)
    self.init(try Self.rule(name, reader), learningRate: rate)
    weightDecay = try reader.schedule(
      "weight_decay", default: name == .adamw ? 0.01 : 0, in: 0...1e3, followsUpdates: true)
    decayKind = try Self.decayKind(name, reader)
    clipNorm = try reader.optionalNumber("clip_norm", in: Self.positive)
    clipValue = try reader.optionalNumber("clip_value", in: Self.positive)
    averaging = try reader.optionalNumber("averaging", in: 0...0.9999999)
  }

  private static let positive = 1e-12...1e12

  private static func rule(_ name: OptimizerName, _ reader: SettingsReader) throws -> Rule {
    switch name {
    case .sgd: return .momentum(try momentum(reader, 0), isNesterov: false)
    case .momentum: return .momentum(try momentum(reader, 0.9), isNesterov: false)
    case .nesterov: return .momentum(try momentum(reader, 0.9), isNesterov: true)
    case .rmsprop: return .rmsProp(try rmsProp(reader))
    case .adagrad: return .adagrad(try adagrad(reader))
    case .adam, .adamw: return .adam(try adam(reader))
    case .lbfgs, .cg: preconditionFailure("these are no rules for a batch")
    }
  }

  private static func momentum(_ reader: SettingsReader, _ standard: Double) throws -> Schedule {
    try reader.schedule("momentum", default: standard, in: 0...0.999999, followsUpdates: true)
  }

  private static func rmsProp(_ reader: SettingsReader) throws -> RMSProp.Options {
    var options = RMSProp.Options()
    options.decay = try reader.number("rho", default: options.decay, in: 0...0.9999999)
    options.epsilon = try reader.number("epsilon", default: options.epsilon, in: 0...1)
    options.isEpsilonInside = try reader.flag("epsilon_inside", default: false)
    options.momentum =
      reader.has("momentum") ? try momentum(reader, 0) : reader.notGiven("momentum")
    return options
  }

  private static func adagrad(_ reader: SettingsReader) throws -> Adagrad.Options {
    var options = Adagrad.Options()
    options.initialSum = try reader.number(
      "initial_sum", default: options.initialSum, in: 0...1e6)
    options.epsilon = try reader.number("epsilon", default: options.epsilon, in: 0...1)
    return options
  }

  private static func adam(_ reader: SettingsReader) throws -> Adam.Options {
    var options = Adam.Options()
    (options.beta1, options.beta2) = try betas(reader, (options.beta1, options.beta2))
    options.epsilon = try reader.number("epsilon", default: options.epsilon, in: 0...1)
    options.correctsBias = try reader.flag("bias_correction", default: true)
    return options
  }

  private static func betas(
    _ reader: SettingsReader, _ standard: (Double, Double)
  ) throws -> (Double, Double) {
    guard let node = reader.value("betas") else {
      reader.record("betas", Node([Node("\(standard.0)"), Node("\(standard.1)")]))
      return standard
    }
    let values = node.sequence?.compactMap { $0.scalar.flatMap { Double($0.string) } } ?? []
    guard values.count == 2, values.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
      throw reader.error(
        "must be two numbers from 0 to below 1, such as [0.9, 0.999]", key: "betas")
    }
    reader.record("betas", node)
    return (values[0], values[1])
  }

  /// AdamW is Adam with decoupled decay; others say it.
  private static func decayKind(_ name: OptimizerName, _ reader: SettingsReader) throws
    -> WeightDecay.Kind
  {
    guard name != .adamw else { return .decoupled }
    guard reader.has("decoupled_weight_decay") else {
      return reader.notGiven("decoupled_weight_decay") ?? .coupled
    }
    return try reader.flag("decoupled_weight_decay", default: false) ? .decoupled : .coupled
  }
}
