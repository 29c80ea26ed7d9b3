/// What the units of a machine's layer are.
public enum UnitKind: Sendable, Equatable {
  /// On or off.
  case bernoulli
  /// Real numbers with normal noise.
  case gaussian(NoiseDeviation)
  /// On or off; of the last `classes` units, which stand for a label, exactly one is on (softmax).
  /// Source: Hinton, Osindero and Teh, "A fast learning algorithm for deep belief nets", 2006.
  case labelled(classes: Int)

  /// The number of units that stand for a label.
  public var classes: Int { if case .labelled(let classes) = self { classes } else { 0 } }

  /// Whether units are real numbers.
  public var isGaussian: Bool { if case .gaussian = self { true } else { false } }
}

/// The standard deviation σ of Gaussian units' noise.
public enum NoiseDeviation: Sendable, Equatable {
  /// 1, with the energy ½xᵀx − cᵀx − … of a layer of values x and biases c.
  case unit
  /// The same number for all units, with the energy Σ (x_i − c_i)² / (2σ²) − ….
  case fixed(Float)
  /// One parameter a unit, log σ_i², that starts at this σ: so σ is positive wherever a step leads.
  case learned(initial: Float)
}
