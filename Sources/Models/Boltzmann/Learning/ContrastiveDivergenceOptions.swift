import Objectives

/// What of a layer enters the statistics: its means or its samples.
public enum UnitValues: String, Sendable, CaseIterable {
  /// p(unit = 1 | other layer).
  case probabilities
  /// Zeros and ones drawn from it.
  case samples
}

/// Where the states of the negative phase come from.
public enum NegativePhase: Sendable, Equatable {
  /// Chains that start at the batch's own samples: CD-k (Hinton, 2002).
  case contrastiveDivergence
  /// Chains that go on where they ended in the last step: persistent CD (Tieleman, 2008), with a number
  /// of chains of its own.
  case persistent(chains: Int)
  /// Persistent chains at many temperatures that exchange their states (Desjardins et al., 2010).
  case tempering(TemperingOptions)
  /// No chains but means, iterated from the data's: each time this share of the old ones stays
  /// (Welling and Hinton, 2002).
  case meanField(damping: Float)
}

/// Settings of parallel tempering.
public struct TemperingOptions: Sendable, Equatable {
  /// The groups of replicas, each with one at every temperature.
  public var groups: Int
  /// The inverse temperatures, ascending; the last is 1.
  public var ladder: [Float]

  /// The most replicas, of all groups: each draws as an item, whose numbers have 32 bits.
  public static let mostReplicas = ChainState.mostItems

  /// A ladder with its number of groups.
  public init(groups: Int, ladder: [Float]) {
    precondition(ladder.count > 1 && ladder.last == 1, "a ladder of at least two that ends at 1")
    precondition(zip(ladder, ladder.dropFirst()).allSatisfy { $0 < $1 }, "an ascending ladder")
    (self.groups, self.ladder) = (groups, ladder)
  }

  /// Inverse temperatures with equal distances, from `lowest` to 1.
  public static func uniform(_ temperatures: Int, from lowest: Float) -> [Float] {
    (0..<temperatures).map { place in
      place == temperatures - 1
        ? 1 : lowest + (1 - lowest) * Float(place) / Float(temperatures - 1)
    }
  }
}

/// What offsets are subtracted from the units in the gradient.
public enum Centering: String, Sendable, CaseIterable {
  /// None.
  case none
  /// The data's means, and those of h given them.
  case data
  /// The averages of the data's means and those of the chains.
  case modelAndData = "model-and-data"
}

/// The pull of hidden units towards a mean activation.
public struct SparsityTarget: Sendable, Equatable {
  /// The mean activation that is wanted.
  public var target: Float
  /// The factor of (mean activation − target) in the gradient of a unit's field.
  public var cost: Float
  /// The share of the old running average that stays in every step.
  public var decay: Float

  /// A target.
  public init(target: Float, cost: Float, decay: Float) {
    (self.target, self.cost, self.decay) = (target, cost, decay)
  }
}

/// Settings of contrastive divergence.
public struct ContrastiveDivergenceOptions: Sendable, Equatable {
  /// Where the states of the negative phase come from.
  public var negativePhase: NegativePhase
  /// The number of Gibbs sweeps (or mean-field iterations) a step, by epoch.
  public var gibbsSteps: Schedule
  /// What stands for h in the positive statistics.
  public var positiveHidden: UnitValues
  /// What stands for h in the negative statistics.
  public var negativeHidden: UnitValues
  /// What stands for x in the negative statistics, and drives their h. Chains that persist go on from samples.
  public var negativeVisible: UnitValues
  /// What is subtracted from the units in the gradient.
  public var centering = Centering.none
  /// The share of the new means in the offsets, every step.
  public var offsetRate: Float = 0.01
  /// The pull of the hidden units' means, if there is one.
  public var sparsity: SparsityTarget?

  /// CD-1 with probabilities for h in the statistics and samples wherever a layer drives the next.
  public init(
    negativePhase: NegativePhase = .contrastiveDivergence, gibbsSteps: Schedule = .constant(1),
    positiveHidden: UnitValues = .probabilities, negativeHidden: UnitValues = .probabilities,
    negativeVisible: UnitValues = .samples
  ) {
    self.negativePhase = negativePhase
    self.gibbsSteps = gibbsSteps
    self.positiveHidden = positiveHidden
    self.negativeHidden = negativeHidden
    self.negativeVisible = negativeVisible
  }
}
