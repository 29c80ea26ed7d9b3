import Tensors

/// A deep belief network: a restricted Boltzmann machine on top of directed layers.
///
/// p(v, h₁, …, h_L, y) = p(v | h₁) p(h₁ | h₂) … p(h_{L−1}, y, h_L), where the last factor is the top machine's,
/// whose visible units are the penultimate layer h_{L−1} and, in a network that knows classes, a softmax
/// group y beside it.
/// Source: Hinton, Osindero and Teh, "A fast learning algorithm for deep belief nets", 2006.
public struct DeepBeliefNetwork: Sendable {
  /// What is trained: the top machine's parameters, or all of an untied network.
  public let parameters: ParameterSet
  /// The directed layers, the samples' first.
  public let layers: [BeliefLayer]
  /// The machine on top.
  public let top: RestrictedBoltzmannMachine

  /// The number of classes that the top machine knows; 0 without a label.
  public var classes: Int { top.visibleLayer.kind.classes }
  /// The number of units that the top machine sees besides a label's.
  public var penultimate: Int { top.visibleLayer.sampleWidth }
  /// The number of values of a sample.
  public var sampleWidth: Int { layers.first?.below.sampleWidth ?? penultimate }

  /// Machines one on top of the other, whose weights are used both ways.
  public init(_ machines: [RestrictedBoltzmannMachine]) {
    layers = machines.dropLast().map { BeliefLayer($0) }
    top = machines.last!
    parameters = top.parameters
  }

  /// The same network with recognition and generative weights of their own, and a copy of the top machine,
  /// in one set of parameters.
  public init(untying other: DeepBeliefNetwork) {
    let (machine, prefix) = (other.top, "up-down/top/")
    func top(_ memory: Tensor?) -> RestrictedBoltzmannMachine {
      RestrictedBoltzmannMachine(
        visible: machine.visible, hidden: machine.hidden, visibleUnits: machine.visibleLayer.kind,
        prefix: prefix, memory: memory)
    }
    let slices = other.layers.enumerated().flatMap { index, layer in
      BeliefLayer.slices(index, below: layer.below.count, above: layer.above.count)
    }
    let own = top(nil).parameters.layout
    let parameters = ParameterSet(SliceLayout(slices + own.slices.map { ($0.name, $0.shape) }))
    let first = parameters.layout.count - own.count
    self.parameters = parameters
    self.top = top(parameters.flat.view(offset: first, shape: [own.count]))
    layers = other.layers.enumerated().map { index, layer in
      BeliefLayer(parameters, index: index, below: layer.below.kind)
    }
    self.top.parameters.flat.assign(machine.parameters.flat)
    for (layer, source) in zip(layers, other.layers) { layer.assign(source) }
  }

  /// From samples to the penultimate layer; nil of a network without directed layers.
  /// - Parameter drawsFrom: the seed of samples; nil gives means.
  public func upPass(drawsFrom seed: UInt64? = nil) -> SampleMap? {
    .chain(
      layers.enumerated().map { index, layer in
        SampleMap(upThrough: layer, round: index, drawsFrom: seed)
      })
  }

  /// From the penultimate layer to means of samples; nil of a network without directed layers.
  public func downPass() -> SampleMap? {
    .chain(layers.reversed().map { SampleMap(downThrough: $0) })
  }
}

extension DeepBeliefNetwork {
  /// From samples to codes: the top machine's hidden means, or the penultimate layer's where the top
  /// machine's depend on a label.
  /// - Parameter drawsFrom: the seed of samples of the layers below the top's hidden one, drawn where the map
  ///   is given draws; nil gives means.
  public func codeMap(drawsFrom seed: UInt64? = nil) -> SampleMap {
    let top = SampleMap(hiddenMeansOf: top)
    guard let up = upPass(drawsFrom: seed) else { return top }
    return classes > 0 ? up : up.then(top)
  }
}
