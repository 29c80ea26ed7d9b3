import Autograd
import Tensors

/// A parameter of a layer: its name inside the layer, its shape and how it begins.
public struct LayerParameter: Sendable, Equatable {
  /// The name inside the layer, such as `weights`.
  public let name: String
  /// The sizes of the axes.
  public let shape: [Int]
  /// How its first values are drawn.
  public let initializer: Initializer

  /// A parameter.
  public init(_ name: String, _ shape: [Int], _ initializer: Initializer) {
    (self.name, self.shape, self.initializer) = (name, shape, initializer)
  }
}

/// A function of samples with parameters.
public protocol Layer: Sendable {
  /// The name in the model, such as `encoder/0`; parameters are named `encoder/0/weights`.
  var name: String { get }
  /// What is trained.
  var parameters: [LayerParameter] { get }
  /// What is kept beside the parameters and not trained, such as running statistics.
  var states: [LayerParameter] { get }

  /// The shape of a sample of the result.
  /// - Parameter input: the shape of a sample: without the sample axis.
  /// - Throws: `LayerError` when the layer cannot take such samples.
  func outputShape(_ input: [Int]) throws -> [Int]

  /// Records the layer on samples [rows, …].
  func apply(_ x: Variable, _ context: LayerContext) -> Variable
}

extension Layer {
  /// No parameters.
  public var parameters: [LayerParameter] { [] }
  /// No states.
  public var states: [LayerParameter] { [] }

  /// Records the layer as a part of its own, by which a timeline shows it: what other layers and models call.
  public func record(_ x: Variable, _ context: LayerContext) -> Variable {
    x.tape.recording(partName) { apply(x, context) }
  }

  /// The name with the kind, such as `encoder/0/dense`.
  var partName: String {
    let type = String(describing: type(of: self))
    let kind = type.hasSuffix("Layer") ? type.dropLast(5) : type[...]
    let word = kind.reduce(into: "") { word, letter in
      if letter.isUppercase && !word.isEmpty { word += "_" }
      word += letter.lowercased()
    }
    return name.hasSuffix("/\(word)") ? name : "\(name)/\(word)"
  }

  /// An error unless the shape of a sample is as expected; nil stands for any size.
  func require(_ input: [Int], _ expected: [Int?]) throws {
    let fits =
      input.count == expected.count
      && zip(input, expected).allSatisfy { $1 == nil || $0 == $1 }
    guard !fits else { return }
    let sizes = expected.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
    throw LayerError(layer: name, expected: "samples of shape [\(sizes)]", found: "\(input)")
  }
}

/// A layer that does not fit what it is given.
public struct LayerError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// What it takes.
  public let expected: String
  /// What it got.
  public let found: String

  /// An error.
  public init(layer: String, expected: String, found: String) {
    (self.layer, self.expected, self.found) = (layer, expected, found)
  }

  /// The error in one line.
  public var description: String { "layer \(layer): expected \(expected), found \(found)" }
}

/// What layers need while they are recorded, and what they leave.
public final class LayerContext {
  /// The parameters by full name.
  public let parameters: [String: Variable]
  /// The states by full name: read in evaluation only.
  public let states: [String: Variable]
  /// Whether dropout drops.
  public let isTraining: Bool
  /// Whether batch norm takes the moments of the samples at hand, and not running ones.
  public let normalizesByGroup: Bool
  /// Sums a shard's values over all shards.
  public let sum: (Variable) -> Variable
  /// Sums over this shard's samples that running statistics are updated from, by full name.
  public private(set) var statistics: [(name: String, value: Variable)] = []
  private var rounds: Int

  /// What layers need.
  /// - Parameters:
  ///   - normalizesByGroup: whether batch norm takes the moments of the samples at hand; as in training
  ///     unless given.
  ///   - firstRound: where the numbers begin that tell the random draws of layers apart.
  ///   - sum: sums over all shards, for layers whose group they are.
  public init(
    parameters: [String: Variable], states: [String: Variable] = [:], isTraining: Bool = true,
    normalizesByGroup: Bool? = nil, firstRound: Int = 0,
    sum: @escaping (Variable) -> Variable = { $0 }
  ) {
    (self.parameters, self.states, self.isTraining) = (parameters, states, isTraining)
    self.normalizesByGroup = normalizesByGroup ?? isTraining
    (self.sum, rounds) = (sum, firstRound)
  }

  /// A parameter of a layer.
  public func parameter(_ layer: any Layer, _ name: String) -> Variable {
    guard let value = parameters["\(layer.name)/\(name)"] else {
      preconditionFailure("a parameter \(layer.name)/\(name)")
    }
    return value
  }

  /// A parameter of a layer that may have none of that name.
  func optional(_ layer: any Layer, _ name: String) -> Variable? {
    parameters["\(layer.name)/\(name)"]
  }

  /// A state of a layer.
  public func state(_ layer: any Layer, _ name: String) -> Variable {
    guard let value = states["\(layer.name)/\(name)"] else {
      preconditionFailure("a state \(layer.name)/\(name)")
    }
    return value
  }

  /// Leaves sums for the update of running statistics.
  public func leave(_ layer: any Layer, _ name: String, _ value: Variable) {
    statistics.append(("\(layer.name)/\(name)", value))
  }

  /// A number for a layer's random draws, unlike that of every layer before.
  public func nextRound() -> Int {
    defer { rounds += 1 }
    return rounds
  }
}
