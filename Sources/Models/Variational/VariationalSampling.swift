import Autograd
import Layers
import Objectives
import Tensors

/// Draws from a VAE and walks through its codes, to be looked at.
public final class VariationalSampling {
  private let model: VariationalAutoencoder
  private let seed: UInt64
  private let encoder: TapeFunction
  private let decoder: TapeFunction

  /// Of a model as its parameters are at each call.
  public init(_ model: VariationalAutoencoder, seed: UInt64) {
    self.model = model
    self.seed = seed
    encoder = TapeFunction(model.parameters, width: model.sampleWidth) { recording in
      let context = LayerContext(parameters: recording.parameters, isTraining: false)
      return [model.encode(recording, context).mean]
    }
    decoder = TapeFunction(model.parameters, width: model.options.latent) { recording in
      let context = LayerContext(parameters: recording.parameters, isTraining: false)
      let outputs = model.decode(recording.samples, recording, context)
      return [model.options.likelihood == .bernoulli ? outputs.sigmoid : outputs]
    }
  }

  /// The means of the codes of samples, [rows, latent].
  public func codes(_ samples: Tensor, labels: [Int32]? = nil) -> Tensor {
    copy(encoder(samples, labels: labels))
  }

  /// The decoder's means of codes, [rows, width].
  public func decoded(_ codes: Tensor, labels: [Int32]? = nil) -> Tensor {
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

  /// The pictures of a model: samples, reconstructions of examples, walks between the codes of examples,
  /// and the plane of codes when there are two.
  /// - Parameter labels: the examples' labels, of a conditional model.
  public func pictures(_ examples: Tensor, labels: [Int32]? = nil) -> [Picture] {
    guard model.options.classes == nil else { return classPictures(examples, labels: labels) }
    let codes = codes(examples)
    var pictures = [
      Picture(
        name: "samples", title: "Decoded draws from the prior",
        rows: [decoded(priorCodes(0..<100, seed: seed))], values: .unit),
      Picture(
        name: "reconstructions", title: "Test samples and their reconstructions",
        rows: [examples, decoded(codes)], labels: ["sample", "model"], values: .unit),
      Picture(
        name: "interpolations", title: "Walks between the codes of test samples",
        rows: walks(codes), values: .unit),
    ]
    if model.options.latent == 2 { pictures.append(plane()) }
    return pictures
  }

  /// Straight lines between neighbouring examples, one a row.
  private func walks(_ codes: Tensor) -> [Tensor] {
    let (steps, latent) = (12, model.options.latent)
    return (0..<min(8, codes.shape[0] - 1)).map { start in
      let line = Tensor(steps, latent)
      for step in 0..<steps {
        let share = Float(step) / Float(steps - 1)
        for unit in 0..<latent {
          let (a, b) = (
            codes.pointer[start * latent + unit], codes.pointer[(start + 1) * latent + unit]
          )
          line.pointer[step * latent + unit] = a + share * (b - a)
        }
      }
      return decoded(line)
    }
  }

  /// Codes on a grid of equal steps from −3 to 3.
  private func plane() -> Picture {
    let side = 20
    let codes = Tensor(side * side, 2)
    for place in 0..<side * side {
      codes.pointer[2 * place] = Float(place % side) / Float(side - 1) * 6 - 3
      codes.pointer[2 * place + 1] = 3 - Float(place / side) / Float(side - 1) * 6
    }
    return Picture(
      name: "manifold", title: "Decoded codes from -3 to 3 on both axes", rows: [decoded(codes)],
      values: .unit)
  }

  /// Ten draws of every class, one class a row.
  private func classPictures(_ examples: Tensor, labels: [Int32]?) -> [Picture] {
    let classes = model.options.classes!
    let codes = priorCodes(0..<10, seed: seed)
    let rows = (0..<classes).map { label in
      decoded(codes, labels: Array(repeating: Int32(label), count: 10))
    }
    return [
      Picture(
        name: "samples", title: "The same ten draws in every class", rows: rows,
        labels: (0..<classes).map { "class \($0)" }, values: .unit)
    ]
  }

  private func copy(_ values: [Tensor]) -> Tensor {
    Tensor(shape: values[0].shape, elements: values[0].elements)
  }
}
