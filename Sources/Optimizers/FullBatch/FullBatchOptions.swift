import Tensors

/// The settings of a line-search minimizer over a whole dataset.
public struct FullBatchOptions: Sendable, Equatable {
  /// What a direction is made of.
  public enum Method: Sendable, Equatable {
    /// Limited-memory BFGS, from so many of the last steps.
    case lbfgs(memory: Int)
    /// Nonlinear conjugate gradients.
    case conjugateGradient
  }

  /// What a direction is made of.
  public var method: Method
  /// The pull λ of weights towards zero: λ/2 ‖w‖² is a part of the loss.
  public var weightDecay: Double

  /// Options.
  public init(_ method: Method, weightDecay: Double = 0) {
    self.method = method
    self.weightDecay = weightDecay
  }

  /// The name in configurations and checkpoints.
  public var name: String {
    switch method {
    case .lbfgs: "lbfgs"
    case .conjugateGradient: "cg"
    }
  }

  /// A minimizer.
  /// - Parameter parameters: [n], moved in place.
  public func minimizer(_ parameters: Tensor) -> FullBatchMinimizer {
    switch method {
    case .lbfgs(let memory): LBFGS(parameters, memory: memory)
    case .conjugateGradient: ConjugateGradient(parameters)
    }
  }
}

/// How the parameters of a stage are moved.
public enum OptimizerChoice: Sendable, Equatable {
  /// An update a batch, along its gradient.
  case stochastic(OptimizerOptions)
  /// An update an epoch, by a line search on the loss over all samples.
  case fullBatch(FullBatchOptions)

  /// The options of an update a batch.
  public var stochastic: OptimizerOptions? {
    if case .stochastic(let options) = self { options } else { nil }
  }

  /// The options of an update an epoch.
  public var fullBatch: FullBatchOptions? {
    if case .fullBatch(let options) = self { options } else { nil }
  }
}
