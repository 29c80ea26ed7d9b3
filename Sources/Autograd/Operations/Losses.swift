import CKernels
import Tensors

extension Variable {
  /// Bernoulli cross-entropy −Σ x log σ(l) + (1 − x) log(1 − σ(l)) of logits, for every element, in a
  /// form that is stable for any finite logit: softplus(l) − x l. Grey targets are means.
  /// - Parameter targets: numbers in [0, 1] of the logits' shape.
  public func bernoulliCrossEntropy(_ targets: Variable) -> Variable {
    softplus - targets * self
  }
}
