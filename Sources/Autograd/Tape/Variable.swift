import Tensors

/// A value of a tape: what an operation gives, or what is put in from outside.
///
/// Variables are names, not numbers: operations on them record a program, which `Program` runs as
/// often as wanted without recording it again.
public struct Variable {
  /// The tape that knows how the value comes about.
  public let tape: Tape
  let number: Int

  /// The sizes of the axes. The first axis of an activation is the sample axis.
  public var shape: [Int] { tape.nodes[number].shape }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Whether both are one value of one tape.
  public func isSame(as other: Variable) -> Bool { tape === other.tape && number == other.number }

  /// Whether the value comes from outside.
  public var isInput: Bool { tape.nodes[number].operation is Input }
}

/// What a value is made by.
///
/// An operation evaluates itself into memory that is there, and says how a cotangent flows back through
/// it, in differentiable operations: so the gradient of a gradient works.
public protocol Operation {
  /// Computes the value. Inputs and output are the tensors of the frame at the numbers given.
  func evaluate(_ frame: Frame, inputs: [Int], output: Int)

  /// The cotangents of the inputs; nil where none flows.
  /// - Parameters:
  ///   - inputs: what the operation took.
  ///   - output: what it gave.
  ///   - cotangent: the derivative of what is differentiated with respect to the output.
  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?]
}

/// A value that comes from outside: data, parameters, constants.
struct Input: Operation {
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {}
  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] { [] }
}
