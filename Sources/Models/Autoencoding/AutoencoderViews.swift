import Autograd
import Foundation
import Layers
import Objectives
import Tensors

/// What an autoencoder makes of samples, to be looked at.
public final class AutoencoderViews {
  private let model: Autoencoder
  private let seed: UInt64
  private let encoder: TapeFunction
  private let reconstruct: TapeFunction
  private let corrupt: TapeFunction
  private let decoder: TapeFunction

  /// Of a model as its parameters are at each call.
  public init(_ model: Autoencoder, seed: UInt64) {
    self.model = model
    self.seed = seed
    encoder = TapeFunction(model, width: model.sampleWidth) { recording in
      [model.encode(recording.samples, recording.layers)]
    }
    reconstruct = TapeFunction(model, width: model.sampleWidth) { recording in
      let context = recording.layers
      let outputs = model.decode(model.encode(recording.samples, context), context)
      return [model.reconstruction(outputs)]
    }
    decoder = TapeFunction(model, width: model.codeWidth) { recording in
      let outputs = model.decode(recording.samples, recording.layers)
      return [model.reconstruction(outputs)]
    }
    corrupt = TapeFunction(model, width: model.sampleWidth) { recording in
      [
        (model.options.corruption?.apply(recording.samples, purpose: .evaluation)
          ?? recording.samples).affine(1)
      ]
    }
  }

  /// From samples to their codes, for a stage that learns from these.
  public var codeMap: SampleMap { SampleMap(encoder, width: model.codeWidth) }

  /// From codes to reconstructions.
  public var decoderMap: SampleMap { SampleMap(decoder, width: model.sampleWidth) }

  /// The codes of samples, [rows, code].
  public func codes(_ samples: Tensor) -> Tensor { codeMap(samples) }

  /// The reconstructions of samples, [rows, width].
  public func reconstructions(_ samples: Tensor) -> Tensor {
    SampleMap(reconstruct, width: model.sampleWidth)(samples)
  }

  /// Samples as training corrupts them, by draws of their own: [rows, width].
  public func corrupted(_ samples: Tensor) -> Tensor {
    let ids = (0..<UInt32(samples.shape[0])).map { $0 }
    let noisy = corrupt(samples, ids: ids, seed: seed)[0]
    return Tensor(shape: noisy.shape, elements: noisy.elements)
  }

  /// Reconstructions, the filters of the first layer, the dictionary of the last one, and of sparse codes
  /// the strongest parts of a few samples.
  public func pictures(_ examples: Tensor) -> [Picture] {
    [reconstructionPicture(examples), filters, dictionaryPicture].compactMap { $0 }
      + (model.options.sparsity == nil ? [] : strongestParts(examples))
  }

  private func reconstructionPicture(_ examples: Tensor) -> Picture {
    let title = "Test samples and their reconstructions"
    guard model.options.corruption != nil else {
      return Picture(
        name: "reconstructions", title: title, rows: [examples, reconstructions(examples)],
        labels: ["sample", "model"], values: .data, axes: .init(columns: "test samples"))
    }
    let noisy = corrupted(examples)
    return Picture(
      name: "reconstructions", title: title, rows: [examples, noisy, reconstructions(noisy)],
      labels: ["sample", "corrupted", "model"], values: .data,
      axes: .init(columns: "test samples"))
  }

  /// What the units of the first layer look for, where it is dense.
  public var filters: Picture? { firstFilters(model.encoder, model.parameters) }

  /// What each unit of the last hidden layer adds to a reconstruction, [units, width]; nil where the last
  /// layer is not dense.
  public var dictionary: Tensor? {
    switch model.decoder.layers.last {
    case let last as TiedDense: return model.parameters["\(last.partner.name)/weights"]
    case let last as Dense:
      let atoms = Tensor(last.inputs, last.outputs)
      transpose(model.parameters["\(last.name)/weights"], into: atoms)
      return atoms
    default: return nil
    }
  }

  private var dictionaryPicture: Picture? {
    dictionary.map { atoms in
      .filters(
        atoms, name: "dictionary", title: "Columns of the last layer",
        description: "what each unit of the last hidden layer adds to a reconstruction")
    }
  }

  /// Five samples, and the dictionary vectors of the five units of each that are strongest by |h|, where
  /// the code's units are those of the dictionary.
  private func strongestParts(_ examples: Tensor) -> [Picture] {
    let count = min(5, examples.shape[0])
    let clean = examples.rows(0..<count)
    let noisy = corrupted(clean)
    let pairs = Picture(
      name: "denoised", title: "Noisy, clean and denoised samples",
      rows: [noisy, clean, reconstructions(noisy)], labels: ["noisy", "clean", "denoised"],
      values: .data, axes: .init(columns: "test samples"))
    guard let atoms = dictionary, atoms.shape[0] == model.codeWidth else { return [pairs] }
    let codes = codes(noisy)
    let rows = (0..<count).map { row in
      let code = codes.rows(row..<row + 1).elements
      return strongest(5, of: code, atoms)
    }
    let parts = Picture(
      name: "atoms", title: "Dictionary vectors of the five strongest units of each sample",
      rows: rows, labels: (1...max(count, 1)).map { "sample \($0)" }, values: .signed,
      axes: .init(
        columns: "units, the strongest first",
        columnLabels: (1...5).map { "\($0)" }))
    return [pairs, parts]
  }

  /// The atoms of the units that are strongest, the earlier one of equals first: [count, width].
  private func strongest(_ count: Int, of code: [Float], _ atoms: Tensor) -> Tensor {
    let order = code.indices.sorted { a, b in
      abs(code[a]) != abs(code[b]) ? abs(code[a]) > abs(code[b]) : a < b
    }
    let units = order.prefix(count)
    let chosen = Tensor(units.count, atoms.shape[1])
    for (place, unit) in units.enumerated() {
      chosen.rows(place..<place + 1).assign(atoms.rows(unit..<unit + 1))
    }
    return chosen
  }
}

/// The weights of an encoder's first layer, where it is dense.
func firstFilters(_ encoder: Sequential, _ parameters: ParameterSet) -> Picture? {
  guard let first = encoder.layers.first as? Dense else { return nil }
  return .filters(
    parameters["\(first.name)/weights"], title: "Weights of the first layer")
}
