import Autograd
import Tensors

/// What a denoising autoencoder does to a sample before it encodes it; it learns to give the clean
/// sample back. Drawn by the sample's global index and the update: the same on any number of ranks.
///
/// Source: Vincent, Larochelle, Lajoie, Bengio, Manzagol, "Stacked Denoising Autoencoders", JMLR 2010,
/// section 3.3.
public enum Corruption: Sendable, Equatable {
  /// A share of the values becomes 0.
  case mask(share: Double)
  /// Normal noise of a standard deviation is added.
  case gaussian(deviation: Double)
  /// A share of the values becomes 0 or 1, one as likely as the other.
  case saltAndPepper(share: Double)

  /// Records the corruption of samples [rows, width].
  /// - Parameter purpose: what the numbers are drawn for, so that those of a picture are not training's.
  func apply(_ samples: Variable, purpose: RandomPurpose = .corruption) -> Variable {
    let tape = samples.tape
    func replaced(_ zeros: Double, _ all: Double) -> Variable {
      guard all > 0 else { return samples }
      let draws = tape.uniformNoise(samples.shape, purpose: purpose, round: 0)
      let replacement = Replacement(zeros: Float(zeros), all: Float(all))
      return tape.record(replacement, [samples, draws], shape: samples.shape)
    }
    switch self {
    case .mask(let share): return replaced(share, share)
    case .saltAndPepper(let share): return replaced(share / 2, share)
    case .gaussian(let deviation):
      let noise = tape.normalNoise(samples.shape, purpose: purpose, round: 0)
      return samples + noise.affine(Float(deviation))
    }
  }
}

/// 0 where the draw is below `zeros`, 1 where it is below `all`, else the value.
///
/// Samples are data, so no derivative is wanted.
private struct Replacement: Operation {
  let zeros: Float
  let all: Float

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (x, draws, result) = (frame[inputs[0]].pointer, frame[inputs[1]].pointer, frame[output])
    let out = result.pointer
    for i in 0..<result.count {
      out[i] = draws[i] < all ? (draws[i] < zeros ? 0 : 1) : x[i]
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [nil, nil]
  }
}
