/// What layers are in their stack.
extension LayerDescription {
  /// Whether it takes images, [channels, height, width].
  public var takesImages: Bool {
    switch kind {
    case .convolution, .transposedConvolution, .maxPool, .averagePool: true
    default: false
    }
  }

  /// Whether it makes values of its own, and does not only arrange or drop those it gets.
  var computes: Bool {
    switch kind {
    case .reshape, .flatten, .dropout: false
    default: true
    }
  }
}

extension [LayerDescription] {
  /// The place of the layer whose values the stack gives, perhaps arranged by the layers behind it; nil
  /// where no layer makes any.
  public var lastComputing: Int? { lastIndex(where: \.computes) }
}
