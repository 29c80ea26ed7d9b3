import Tensors

extension ParameterSet {
  /// The parameters of layers in one allocation, with their first values.
  ///
  /// The random numbers of a parameter are those of its place among all parameters.
  /// - Parameter firstNumber: where the places begin, so that several models of a run draw other numbers.
  public convenience init(_ layers: [any Layer], seed: UInt64, firstNumber: Int = 0) {
    self.init(
      parameters: layers.flatMap(\.namedParameters), seed: seed, firstNumber: firstNumber)
  }

  /// Parameters by full name.
  public convenience init(parameters: [LayerParameter], seed: UInt64, firstNumber: Int = 0) {
    self.init(SliceLayout(parameters.map { ($0.name, $0.shape) }))
    for (number, parameter) in parameters.enumerated() {
      parameter.initializer.fill(
        self[parameter.name], seed: seed, number: firstNumber + number)
    }
  }

  /// The states of layers, such as running statistics, with their first values.
  public static func states(of layers: [any Layer]) -> ParameterSet {
    let states = layers.flatMap { layer in
      layer.states.map { LayerParameter("\(layer.name)/\($0.name)", $0.shape, $0.initializer) }
    }
    return ParameterSet(parameters: states, seed: 0)
  }
}

extension Layer {
  /// The parameters by full name.
  public var namedParameters: [LayerParameter] {
    parameters.map { LayerParameter("\(name)/\($0.name)", $0.shape, $0.initializer) }
  }
}
