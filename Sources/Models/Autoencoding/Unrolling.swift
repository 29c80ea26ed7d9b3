import Layers
import Tensors

extension Autoencoder {
  /// The encoder's dense layers, in order, of a model whose decoder mirrors them.
  public var mirroredLayers: [Dense] { encoder.layers.compactMap { $0 as? Dense } }

  /// Takes a trained machine for a layer of the encoder and its mirror image: weights up, their transpose
  /// down, and both biases (Hinton and Salakhutdinov, 2006).
  /// - Parameter index: the place among the encoder's dense layers.
  public func unroll(_ machine: RestrictedBoltzmannMachine, layer index: Int) {
    let (up, down) = layerPair(index)
    parameters["\(up)/weights"].assign(machine.weights)
    parameters["\(up)/bias"].assign(machine.hiddenBias)
    parameters["\(down)/bias"].assign(machine.visibleBias)
    if !options.isTied { transpose(machine.weights, into: parameters["\(down)/weights"]) }
  }

  /// Takes a trained autoencoder of one layer for a layer of the encoder and its mirror image
  /// (Vincent et al., 2010).
  /// - Parameter index: the place among the encoder's dense layers.
  public func unroll(_ layer: Autoencoder, layer index: Int) {
    let (up, down) = layerPair(index)
    let (ownUp, ownDown) = layer.layerPair(0)
    for name in ["weights", "bias"] {
      parameters["\(up)/\(name)"].assign(layer.parameters["\(ownUp)/\(name)"])
    }
    for name in options.isTied ? ["bias"] : ["weights", "bias"] {
      parameters["\(down)/\(name)"].assign(layer.parameters["\(ownDown)/\(name)"])
    }
  }

  /// The names of a layer of the encoder and its mirror image.
  private func layerPair(_ index: Int) -> (up: String, down: String) {
    (mirroredLayers[index].name, decoder.layers[decoder.layers.count - 1 - index].name)
  }
}

extension CodeClassifier {
  /// Takes trained machines for the encoder's dense layers: weights up and hidden biases (Hinton, Osindero
  /// and Teh, 2006).
  public func unroll(_ machines: [RestrictedBoltzmannMachine]) {
    for (layer, machine) in zip(denseLayers, machines) {
      parameters["\(layer.name)/weights"].assign(machine.weights)
      parameters["\(layer.name)/bias"].assign(machine.hiddenBias)
    }
  }
}
