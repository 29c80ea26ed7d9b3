import Autograd
import Tensors
import Testing

@Suite("Sums over shards in the middle of a program")
struct ShardSumTests {
  /// All shards of one process, added one after the other.
  private final class LocalSum: GlobalSum {
    let layout: ShardLayout
    init(_ shards: Int) { layout = ShardLayout(shards: shards) }
    func sum(
      _ values: UnsafePointer<Double>, width: Int, into total: UnsafeMutablePointer<Double>
    ) {
      for column in 0..<width {
        total[column] = (0..<layout.shards).reduce(0) { $0 + values[$1 * width + column] }
      }
    }
  }

  /// x less its mean over all rows, as batch norm begins.
  private func centred(_ x: Variable, rows: Int, sum: (Variable) -> Variable) -> Variable {
    x - sum(x.sum(axis: 0)).affine(1 / Float(rows))
  }

  @Test("give the loss and gradients of one shard that holds all rows")
  func sameAsWhole() throws {
    let x = Tensor(shape: [5, 3], elements: random([5, 3], item: 1))
    func loss(_ x: Variable, sum: (Variable) -> Variable) -> Variable {
      (centred(x, rows: 5, sum: sum).hyperbolicTangent * x).squared.total
    }
    let tape = Tape()
    let whole = tape.input([5, 3], isDifferentiable: true)
    let value = loss(whole) { $0 }
    let gradient = tape.gradients(of: value, for: [whole])[0]
    let program = Program(tape, results: [value, gradient])
    let frame = program.makeFrame()
    frame.bind(whole, to: x)
    program.run(frame)

    var parts: [(program: Program, frame: Frame)] = []
    var results: [(Variable, Variable)] = []
    for rows in [0..<2, 2..<2, 2..<5] {
      let tape = Tape()
      let part = tape.input([rows.count, 3], isDifferentiable: true)
      let value = loss(part) { $0.sumOverShards }
      let gradient = tape.gradients(of: value, for: [part])[0]
      let program = Program(tape, results: [value, gradient])
      #expect(program.sumsOverShards)
      let frame = program.makeFrame()
      frame.bind(part, to: x.rows(rows))
      parts.append((program, frame))
      results.append((value, gradient))
    }
    let lockstep = Lockstep()
    for (program, frame) in parts { lockstep.add(program, frame) }
    try lockstep.run(across: LocalSum(3))
    let values = zip(parts, results).map { $0.frame.value($1.0).elements[0] }
    #expect(abs(values.reduce(0, +) - frame.value(value).elements[0]) < 1e-5)
    let gradients = zip(parts, results).flatMap { $0.frame.value($1.1).elements }
    for (found, expected) in zip(gradients, frame.value(gradient).elements) {
      #expect(abs(found - expected) < 1e-5)
    }
  }
}
