import Models
import Objectives
import Optimizers

/// How one machine of a deep belief network is trained.
struct DBNMachineSettings {
  private enum SamplerName: String, CaseIterable { case cd, pcd }

  let epochs: Int
  let options: ContrastiveDivergenceOptions
  let optimizer: OptimizerChoice

  /// Reads settings; those that are not given are the ones of `others`, or have defaults of their own.
  init(_ reader: SettingsReader, others: DBNMachineSettings? = nil) throws {
    epochs = try reader.given("epochs", else: others?.epochs) {
      try reader.integer($0, default: 10, in: 1...1_000_000)
    }
    // Chains without a sampler of their own are those of `sampler: cd`, which has none.
    let inherited = reader.has("chains") ? nil : others?.options.negativePhase
    let negativePhase = try reader.given("sampler", else: inherited) {
      try Self.negativePhase(reader, key: $0)
    }
    options = ContrastiveDivergenceOptions(
      negativePhase: negativePhase,
      gibbsSteps: try reader.given("gibbs_steps", else: others?.options.gibbsSteps) {
        try reader.schedule($0, default: 1, in: 1...10000)
      },
      negativeVisible: try reader.given("negative_visible", else: others?.options.negativeVisible) {
        try reader.choice($0, default: .samples)
      })
    optimizer = try reader.given("optimizer", else: others?.optimizer) {
      try OptimizerChoice(reader.section($0), standard: .momentum, learningRate: 0.05)
    }
  }

  private static func negativePhase(
    _ reader: SettingsReader, key: String
  ) throws -> NegativePhase {
    let sampler: SamplerName = try reader.choice(key, default: .cd)
    if sampler == .pcd {
      return .persistent(
        chains: try reader.integer("chains", default: 100, in: 1...10_000_000))
    }
    guard reader.has("chains") else {
      return reader.notGiven("chains") ?? .contrastiveDivergence
    }
    throw reader.error("belongs to sampler: pcd; sampler: cd starts at the data", key: "chains")
  }
}

/// The greedy part of a deep belief network's curriculum: a machine after the other.
struct DBNPretraining {
  /// Of every machine, the first one's first.
  let machines: [DBNMachineSettings]

  /// Reads the settings under `model.pretraining`: those of all machines, and below `layer_2` and so on
  /// those in which one differs.
  init(_ reader: SettingsReader, layers: Int) throws {
    let all = try DBNMachineSettings(reader)
    machines = try (1...layers).map { number in
      let key = "layer_\(number)"
      guard reader.has(key) else { return reader.notGiven(key) ?? all }
      return try DBNMachineSettings(reader.section(key), others: all)
    }
  }

  /// One stage a machine.
  var plans: [StagePlan] {
    machines.enumerated().map { place, machine in
      StagePlan(name: "rbm-\(place + 1)", epochs: machine.epochs, optimizer: machine.optimizer)
    }
  }
}

extension SettingsReader {
  /// What a key says; where it is not given and there is something else to take, that.
  fileprivate func given<T>(
    _ key: String, else other: T?, _ read: (String) throws -> T
  ) throws -> T {
    guard let other, !has(key) else { return try read(key) }
    return notGiven(key) ?? other
  }
}
