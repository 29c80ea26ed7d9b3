import Tensors
import Timeline

/// A tape made ready to run: only what the results need, in memory that values share when their lives
/// do not overlap. Running it allocates nothing.
public final class Program {
  struct Step {
    let operation: any Operation
    let inputs: [Int]
    let output: Int
    let part: Tape.Part
  }

  /// Steps of a segment, one behind the other, that belong to one part of what was recorded.
  private struct Stretch {
    let name: SpanName
    let steps: Range<Int>
  }

  private let tape: Tape
  private let plan: MemoryPlan
  /// The steps between sums over shards.
  private(set) var segments: [[Step]] = [[]]
  /// The same steps, as they show in a timeline.
  private var stretches: [[Stretch]] = []
  /// What is summed over shards after each segment but the last.
  private(set) var sums: [Step] = []

  /// The bytes that intermediate values take, in a frame.
  public var bytes: Int { plan.bytes }

  /// Whether all shards must be run together.
  public var sumsOverShards: Bool { !sums.isEmpty }

  /// The program that computes results.
  /// - Parameter results: values that can be read after a run.
  public init(_ tape: Tape, results: [Variable]) {
    self.tape = tape
    let needed = Self.needed(tape, results.map(\.number))
    plan = MemoryPlan(tape, needed, results: Set(results.map(\.number)))
    for number in needed {
      let node = tape.nodes[number]
      let step = Step(
        operation: node.operation, inputs: node.inputs, output: number, part: node.part)
      switch node.operation {
      case is Input: break
      case is ShardSum:
        sums.append(step)
        segments.append([])
      default: segments[segments.count - 1].append(step)
      }
    }
    stretches = segments.map(Self.stretches)
  }

  private static func stretches(_ steps: [Step]) -> [Stretch] {
    var stretches: [Stretch] = []
    var first = 0
    for end in steps.indices.map({ $0 + 1 }) {
      guard end == steps.count || steps[end].part != steps[first].part else { continue }
      let part = steps[first].part
      stretches.append(
        Stretch(
          name: SpanName("\(part.name) \(part.isBackward ? "backward" : "forward")"),
          steps: first..<end))
      first = end
    }
    return stretches
  }

  private static func needed(_ tape: Tape, _ results: [Int]) -> [Int] {
    var needed = Set(results)
    for number in stride(from: tape.nodes.count - 1, through: 0, by: -1)
    where needed.contains(number) {
      needed.formUnion(tape.nodes[number].inputs)
    }
    return needed.sorted()
  }

  /// Memory for a run. Frames of one program may be used one after the other, or together.
  public func makeFrame() -> Frame { Frame(tensors: plan.allocate(tape)) }

  /// A frame of the program's own, for who needs no more than one.
  private lazy var ownFrame = makeFrame()

  /// Puts memory in the place of an input, in the program's own frame.
  public func bind(_ variable: Variable, to tensor: Tensor) { ownFrame.bind(variable, to: tensor) }

  /// Runs the program on its own frame.
  /// - Parameters:
  ///   - step: the update that random numbers are counted by.
  ///   - ids: the samples' global indices, [rows], where there are random numbers.
  public func run(step: Int = 0, seed: UInt64 = 0, ids: UnsafePointer<UInt32>? = nil) {
    (ownFrame.step, ownFrame.seed, ownFrame.ids) = (step, seed, ids)
    run(ownFrame)
  }

  /// An input or a result, in the program's own frame.
  public func value(_ variable: Variable) -> Tensor { ownFrame.value(variable) }

  /// Runs the program on one shard.
  public func run(_ frame: Frame) {
    precondition(!sumsOverShards, "a program that sums over shards runs on all of them together")
    run(segment: 0, frame)
  }

  /// Runs what stands between two sums over shards.
  func run(segment: Int, _ frame: Frame) {
    guard Detail.isKept else { return run(segments[segment][...], frame) }
    for stretch in stretches[segment] {
      Detail.during(stretch.name) { run(segments[segment][stretch.steps], frame) }
    }
  }

  @inline(__always)
  private func run(_ steps: ArraySlice<Step>, _ frame: Frame) {
    for step in steps {
      step.operation.evaluate(frame, inputs: step.inputs, output: step.output)
    }
  }
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
    if let best = fitting.min(by: { sizes[free[$0]] < sizes[free[$1]] }),
      sizes[free[best]] <= 4 * count
    {
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
      tensors[number] =
        blocks[number].map { memory[$0].view(offset: 0, shape: shape) } ?? Tensor(shape: shape)
    }
    return tensors
  }
}
