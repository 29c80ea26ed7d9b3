import Tensors

/// A tape made ready to run: only what the results need, in memory that values share when their lives
/// do not overlap. Running it allocates nothing.
public final class Program {
  private struct Step {
    let operation: any Operation
    let inputs: [Int]
    let output: Int
  }

  private let tape: Tape
  private let steps: [Step]
  private let frame: Frame
  private let plan: MemoryPlan

  /// The bytes that intermediate values take.
  public var bytes: Int { plan.bytes }

  /// The program that computes results.
  /// - Parameter results: values that can be read after a run.
  public init(_ tape: Tape, results: [Variable]) {
    self.tape = tape
    let needed = Self.needed(tape, results.map(\.number))
    steps = needed.compactMap { number in
      let node = tape.nodes[number]
      guard !(node.operation is Input) else { return nil }
      return Step(operation: node.operation, inputs: node.inputs, output: number)
    }
    plan = MemoryPlan(tape, needed, results: Set(results.map(\.number)))
    frame = Frame(tensors: plan.allocate(tape))
  }

  private static func needed(_ tape: Tape, _ results: [Int]) -> [Int] {
    var needed = Set(results)
    for number in stride(from: tape.nodes.count - 1, through: 0, by: -1)
    where needed.contains(number) {
      needed.formUnion(tape.nodes[number].inputs)
    }
    return needed.sorted()
  }

  /// Puts memory in the place of an input, or of a result that is to be written there.
  public func bind(_ variable: Variable, to tensor: Tensor) {
    precondition(tensor.count == variable.count, "as many elements as the value has")
    frame.tensors[variable.number] = tensor
  }

  /// Runs the program.
  public func run(step: Int = 0, seed: UInt64 = 0, ids: UnsafePointer<UInt32>? = nil) {
    (frame.step, frame.seed, frame.ids) = (step, seed, ids)
    for step in steps { step.operation.evaluate(frame, inputs: step.inputs, output: step.output) }
  }

  /// The memory of a value after a run: an input or a result.
  public func value(_ variable: Variable) -> Tensor { frame[variable.number] }
}

/// Which values share memory.
struct MemoryPlan {
  /// The block of each value; inputs have none.
  private var blocks: [Int: Int] = [:]
  private var sizes: [Int] = []
  private let needed: [Int]

  var bytes: Int { sizes.reduce(0, +) * MemoryLayout<Float>.stride }

  /// Values take the smallest free block that holds them; a block is free after its value's last use.
  init(_ tape: Tape, _ needed: [Int], results: Set<Int>) {
    self.needed = needed
    var lastUse: [Int: Int] = [:]
    for number in needed { for input in tape.nodes[number].inputs { lastUse[input] = number } }
    var free: [Int] = []
    for number in needed where !(tape.nodes[number].operation is Input) {
      let count = tape.nodes[number].shape.reduce(1, *)
      blocks[number] = take(count, &free)
      for input in Set(tape.nodes[number].inputs) where lastUse[input] == number {
        if let block = blocks[input], !results.contains(input) { free.append(block) }
      }
    }
  }

  private mutating func take(_ count: Int, _ free: inout [Int]) -> Int {
    let fitting = free.indices.filter { sizes[free[$0]] >= count }
    if let best = fitting.min(by: { sizes[free[$0]] < sizes[free[$1]] }), sizes[free[best]] <= 4 * count {
      return free.remove(at: best)
    }
    sizes.append(count)
    return sizes.count - 1
  }

  /// Tensors for all values of the tape; those of inputs are filled with zeros.
  func allocate(_ tape: Tape) -> [Tensor] {
    let memory = sizes.map { Tensor($0) }
    let empty = Tensor(0)
    var tensors = tape.nodes.map { _ in empty }
    for number in needed {
      let shape = tape.nodes[number].shape
      tensors[number] = blocks[number].map { memory[$0].view(offset: 0, shape: shape) } ?? Tensor(shape: shape)
    }
    return tensors
  }
}
