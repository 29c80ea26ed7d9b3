import Autograd
import Layers

/// The dense layers of an encoder and those of the decoder that undo them, in reverse.
enum Mirror {
  /// A decoder's layers, from the code on: as wide as the encoder's, with the activations that gave the
  /// values they reconstruct.
  /// - Parameters:
  ///   - output: what the last one ends in.
  ///   - isTied: whether the weights are the encoder's.
  static func layers(
    of dense: [Dense], name: String, output: Activation, isTied: Bool
  ) -> [any Layer] {
    dense.indices.reversed().enumerated().map { place, index -> any Layer in
      let (name, partner) = ("\(name)/\(place)", dense[index])
      let activation = index == 0 ? output : dense[index - 1].activation
      return isTied
        ? TiedDense(name: name, partner: partner, activation: activation)
        : Dense(
          name: name, inputs: partner.outputs, outputs: partner.inputs, activation: activation)
    }
  }

  /// The encoder's dense layers; dropout between them has no mirror image.
  /// - Throws: `LayerError` that names a layer of another kind.
  static func dense(_ encoder: Sequential, for what: String) throws -> [Dense] {
    try encoder.layers.compactMap { layer in
      if layer is Dropout { return nil }
      guard let dense = layer as? Dense else {
        throw LayerError(
          layer: layer.name, expected: "dense layers alone, for \(what)",
          found: kind(of: layer))
      }
      return dense
    }
  }

  /// The decoder's layers with the encoder's weights.
  /// - Throws: `LayerError` that names the first layer that is not the mirror image of the encoder's.
  static func tied(_ decoder: Sequential, to dense: [Dense]) throws -> [any Layer] {
    for (place, layer) in decoder.layers.enumerated() {
      let partner = place < dense.count ? dense[dense.count - 1 - place] : nil
      let found = (layer as? Dense).map { "\($0.inputs) to \($0.outputs)" }
      let wanted = partner.map { "\($0.outputs) to \($0.inputs)" }
      guard let wanted, found == wanted else {
        throw LayerError(
          layer: layer.name,
          expected: wanted.map { "a dense layer from \($0), as tied weights mirror the encoder" }
            ?? "the \(dense.count) layers that mirror the encoder, for tied weights",
          found: found.map { "one from \($0)" } ?? kind(of: layer))
      }
    }
    guard decoder.layers.count == dense.count else {
      throw LayerError(
        layer: decoder.layers.last?.name ?? "decoder",
        expected: "\(dense.count) layers that mirror the encoder, for tied weights",
        found: "\(decoder.layers.count)")
    }
    return zip(decoder.layers, dense.reversed()).map { layer, partner in
      TiedDense(
        name: layer.name, partner: partner, activation: (layer as? Dense)?.activation ?? .none)
    }
  }

  private static func kind(of layer: any Layer) -> String { "\(type(of: layer))" }
}
