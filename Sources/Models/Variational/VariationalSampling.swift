import Autograd
import Layers
import Objectives
import Tensors

/// Codes of a VAE for samples, and samples for codes.
public final class VariationalSampling {
  /// The model, used with its parameters as they are at each call.
  public let model: VariationalAutoencoder
  private let encoder: TapeFunction
  private let decoder: TapeFunction

  /// Of a model as its parameters are at each call.
  public init(_ model: VariationalAutoencoder) {
    self.model = model
    encoder = TapeFunction(model, width: model.sampleWidth) { recording in
      [model.encode(recording).mean]
    }
    decoder = TapeFunction(model, width: model.options.latent) { recording in
      let outputs = model.decode(recording.samples, recording)
      return [model.options.likelihood == .bernoulli ? outputs.sigmoid : outputs]
    }
  }

  /// The means of the codes of samples, [rows, latent].
  /// - Parameter labels: [rows], of a conditional model.
  public func codes(_ samples: Tensor, labels: UnsafePointer<Int32>? = nil) -> Tensor {
    copy(encoder(samples, labels: labels))
  }

  /// The decoder's means of codes, [rows, width].
  /// - Parameter labels: [rows], of a conditional model.
  public func decoded(_ codes: Tensor, labels: UnsafePointer<Int32>? = nil) -> Tensor {
    copy(decoder(codes, labels: labels))
  }

  /// Codes drawn from N(0, I), counted by their global index, [count, latent].
  public func priorCodes(_ range: Range<Int>, seed: UInt64) -> Tensor {
    let codes = Tensor(range.count, model.options.latent)
    let stream = RandomStream(seed: seed, purpose: .sampling)
    for (row, index) in range.enumerated() {
      stream.normal(item: index, into: codes.rows(row..<row + 1).buffer)
    }
    return codes
  }

  private func copy(_ values: [Tensor]) -> Tensor {
    Tensor(shape: values[0].shape, elements: values[0].elements)
  }
}
