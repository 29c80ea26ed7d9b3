import CKernels
import Tensors

/// Random numbers of every sample: drawn anew in every run, counted by the run's step and the sample's
/// global index.
private struct Noise: Operation {
  enum Kind {
    case normal
    case uniform
    /// 1 / (1 − p) with probability 1 − p, else 0: what dropout multiplies by.
    case keep(Float)
  }

  let kind: Kind
  let purpose: RandomPurpose
  let round: Int

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let result = frame[output]
    let rows = result.shape[0]
    guard rows > 0, let ids = frame.ids else { return }
    let width = result.count / rows
    let stream = RandomStream(
      seed: frame.seed, purpose: purpose, step: frame.step, round: round)
    for row in 0..<rows {
      let values = UnsafeMutableBufferPointer(start: result.pointer + row * width, count: width)
      switch kind {
      case .normal: stream.normal(item: Int(ids[row]), into: values)
      case .uniform, .keep: stream.uniform(item: Int(ids[row]), into: values)
      }
    }
    if case .keep(let dropped) = kind {
      sdt_keep_mask(result.pointer, dropped, result.count)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] { [] }
}

extension Tape {
  /// Standard normal numbers, [rows, …], of the samples of a run.
  /// - Parameter round: tells several draws of a step apart.
  public func normalNoise(_ shape: [Int], purpose: RandomPurpose, round: Int) -> Variable {
    record(Noise(kind: .normal, purpose: purpose, round: round), [], shape: shape)
  }

  /// Numbers uniform in [0, 1), [rows, …].
  public func uniformNoise(_ shape: [Int], purpose: RandomPurpose, round: Int) -> Variable {
    record(Noise(kind: .uniform, purpose: purpose, round: round), [], shape: shape)
  }
}

extension Variable {
  /// Each element dropped with a probability, the others scaled so that the mean stays
  /// (Srivastava et al., "Dropout", 2014).
  public func dropout(_ probability: Float, round: Int) -> Variable {
    guard probability > 0 else { return self }
    let mask = tape.record(
      Noise(kind: .keep(probability), purpose: .dropout, round: round), [], shape: shape)
    return self * mask
  }
}
