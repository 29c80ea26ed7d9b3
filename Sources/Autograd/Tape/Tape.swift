/// A program in the making: operations in the order of their recording, each on values before it.
///
/// Reverse mode in the manner of HIPS/autograd (Maclaurin, Duvenaud, Adams, 2015), recorded once and
/// replayed: `gradients` adds the backward pass to the same tape, out of the same operations.
public final class Tape {
  struct Node {
    let operation: any Operation
    let inputs: [Int]
    let shape: [Int]
    /// Whether a gradient may flow through it.
    let isDifferentiable: Bool
    /// What it is a part of.
    let part: Part
  }

  /// A part of what is recorded, such as a layer, and whether it brings derivatives back through it.
  struct Part: Equatable {
    var name = "loss"
    var isBackward = false
  }

  private(set) var nodes: [Node] = []
  private var part = Part()

  /// An empty tape.
  public init() {}

  /// A value that is put in before each run.
  /// - Parameter isDifferentiable: whether gradients with respect to it are wanted.
  public func input(_ shape: [Int], isDifferentiable: Bool = false) -> Variable {
    append(
      Node(
        operation: Input(), inputs: [], shape: shape, isDifferentiable: isDifferentiable,
        part: part))
  }

  /// Records an operation.
  public func record(_ operation: any Operation, _ inputs: [Variable], shape: [Int]) -> Variable {
    precondition(inputs.allSatisfy { $0.tape === self }, "all values are of one tape")
    let flows = inputs.contains { nodes[$0.number].isDifferentiable }
    return append(
      Node(
        operation: operation, inputs: inputs.map(\.number), shape: shape, isDifferentiable: flows,
        part: part))
  }

  /// Records operations as a part of a name, such as `encoder/0/dense`; so are their derivatives. Others are
  /// parts of the `loss`.
  public func recording<T>(_ name: String, _ body: () -> T) -> T {
    recording(Part(name: name, isBackward: part.isBackward), body)
  }

  private func recording<T>(_ part: Part, _ body: () -> T) -> T {
    let before = self.part
    self.part = part
    defer { self.part = before }
    return body()
  }

  private func append(_ node: Node) -> Variable {
    nodes.append(node)
    return Variable(tape: self, number: nodes.count - 1)
  }

  /// The derivatives of a scalar with respect to values, recorded on this tape.
  /// - Parameters:
  ///   - scalar: a value of one element.
  ///   - targets: values that it depends on; where it does not, the derivative is zero.
  public func gradients(of scalar: Variable, for targets: [Variable]) -> [Variable] {
    precondition(scalar.count == 1, "the gradient of one number")
    var cotangents: [Int: Variable] = [scalar.number: constant(1, shape: scalar.shape)]
    let reached = reachable(from: targets.map(\.number), upTo: scalar.number)
    for number in stride(from: scalar.number, through: 0, by: -1) where reached.contains(number) {
      guard let cotangent = cotangents[number] else { continue }
      recording(Part(name: nodes[number].part.name, isBackward: true)) {
        propagate(number, cotangent, reached, &cotangents)
      }
    }
    return targets.map { cotangents[$0.number] ?? constant(0, shape: $0.shape) }
  }

  private func propagate(
    _ number: Int, _ cotangent: Variable, _ reached: Set<Int>, _ cotangents: inout [Int: Variable]
  ) {
    let node = nodes[number]
    guard !node.inputs.isEmpty else { return }
    let inputs = node.inputs.map { Variable(tape: self, number: $0) }
    let output = Variable(tape: self, number: number)
    let flowing = node.operation.pullback(inputs: inputs, output: output, cotangent: cotangent)
    for (input, part) in zip(inputs, flowing) {
      guard let part, reached.contains(input.number) else { continue }
      precondition(part.shape == input.shape, "a cotangent has its value's shape")
      cotangents[input.number] = cotangents[input.number].map { $0 + part } ?? part
    }
  }

  /// The values between the targets and the end, both included: those that a derivative passes.
  private func reachable(from targets: [Int], upTo end: Int) -> Set<Int> {
    var reached = Set(targets)
    for number in 0...end where nodes[number].inputs.contains(where: reached.contains) {
      reached.insert(number)
    }
    return reached
  }
}
