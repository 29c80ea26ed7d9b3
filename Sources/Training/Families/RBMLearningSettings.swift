import Models
import Objectives

extension ContrastiveDivergenceOptions {
  private enum SamplerName: String, CaseIterable {
    case cd, pcd, tempering
    case meanField = "mean-field"

    /// The settings that one of them has and others have not.
    var ownKeys: [String] {
      switch self {
      case .cd: []
      case .pcd: ["chains"]
      case .tempering: ["chains", "temperatures", "beta_min", "betas"]
      case .meanField: ["damping"]
      }
    }
  }

  private static let ownKeys = ["chains", "temperatures", "beta_min", "betas", "damping"]

  /// Reads how a machine learns from the settings under `model`.
  init(_ settings: SettingsReader) throws {
    let sampler: SamplerName = try settings.choice("sampler", default: .cd)
    let steps = try settings.schedule("gibbs_steps", default: 1, in: 1...10000)
    self.init(
      negativePhase: try Self.negativePhase(settings, sampler), gibbsSteps: steps,
      positiveHidden: try settings.choice("positive_hidden", default: .probabilities))
    try readNegativeValues(settings, sampler)
    centering = try settings.choice("centering", default: Centering.none)
    if centering != .none {
      offsetRate = Float(try settings.number("offset_rate", default: 0.01, in: 0...1))
    } else if settings.has("offset_rate") {
      throw settings.error("moves the offsets of a centering; there is none", key: "offset_rate")
    }
    sparsity = try Self.sparsity(settings)
  }

  private static func negativePhase(
    _ settings: SettingsReader, _ sampler: SamplerName
  ) throws -> NegativePhase {
    for key in Self.ownKeys where !sampler.ownKeys.contains(key) {
      guard settings.has(key) else { continue }
      let owners = SamplerName.allCases.filter { $0.ownKeys.contains(key) }.map(\.rawValue)
      throw settings.error(
        "belongs to sampler: \(owners.joined(separator: " or ")), not to \(sampler.rawValue)",
        key: key)
    }
    switch sampler {
    case .cd:
      let _: Int? = settings.notGiven("chains")
      return .contrastiveDivergence
    case .pcd: return .persistent(chains: try chains(settings))
    case .tempering:
      return .tempering(try tempering(settings))
    case .meanField:
      return .meanField(damping: Float(try settings.number("damping", default: 0, in: 0...0.999)))
    }
  }

  private static func chains(_ settings: SettingsReader) throws -> Int {
    try settings.integer("chains", default: 100, in: 1...10_000_000)
  }

  /// Replicas draw as items of their own, whose numbers have 32 bits.
  private static func tempering(_ settings: SettingsReader) throws -> TemperingOptions {
    let (groups, ladder) = (try chains(settings), try ladder(settings))
    let most = TemperingOptions.mostReplicas
    guard groups * ladder.count > most else {
      return TemperingOptions(groups: groups, ladder: ladder)
    }
    throw settings.error(
      "is \(groups), with \(ladder.count) temperatures each: \(groups * ladder.count) replicas, but at most "
        + "\(most) can be told apart; take fewer chains or temperatures", key: "chains")
  }

  /// What is given, or inverse temperatures at equal distances.
  private static func ladder(_ settings: SettingsReader) throws -> [Float] {
    guard settings.has("betas") else {
      let lowest = try settings.number("beta_min", default: 0, in: 0...0.999)
      return TemperingOptions.uniform(
        try settings.integer("temperatures", default: 10, in: 2...1000), from: Float(lowest))
    }
    for key in ["temperatures", "beta_min"] where settings.has(key) {
      throw settings.error("is given, and so is betas; leave one of them out", key: key)
    }
    let list = try settings.strings("betas").map(Float.init)
    let betas = list.compactMap { $0 }
    guard betas.count == list.count, betas.count > 1, betas.last == 1, betas[0] >= 0,
      zip(betas, betas.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw settings.error(
        "must be at least two numbers from 0 to 1, ascending, and end with 1, such as [0, 0.5, 1]",
        key: "betas")
    }
    return betas
  }

  /// What the negative statistics are of, where the sampler leaves a choice.
  private mutating func readNegativeValues(
    _ settings: SettingsReader, _ sampler: SamplerName
  ) throws {
    guard sampler != .meanField else {
      for key in ["negative_hidden", "negative_visible"] where settings.has(key) {
        throw settings.error("has no meaning with sampler: mean-field; leave it out", key: key)
      }
      return
    }
    negativeHidden = try settings.choice("negative_hidden", default: .probabilities)
    negativeVisible = try settings.choice("negative_visible", default: .samples)
    guard sampler == .tempering && negativeVisible == .probabilities else { return }
    throw settings.error(
      "must be samples with sampler: tempering, whose replicas exchange samples",
      key: "negative_visible")
  }

  private static func sparsity(_ settings: SettingsReader) throws -> SparsityTarget? {
    guard settings.has("sparsity") else { return settings.notGiven("sparsity") }
    let reader = try settings.section("sparsity")
    return SparsityTarget(
      target: Float(try reader.number("target", default: 0.05, in: 0...1)),
      cost: Float(try reader.number("cost", in: 0...1e6)),
      decay: Float(try reader.number("decay", default: 0.9, in: 0...0.99999)))
  }
}
