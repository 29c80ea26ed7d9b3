import Tensors
import Testing

@testable import Autograd

/// What a program holds is planned before it runs.
@Suite("Memory of programs") struct MemoryTests {
  private static let rows = 8
  private static let width = 16

  /// Bytes of a value of the chain.
  private static let value = rows * width * MemoryLayout<Float>.stride

  /// A chain of maps, with the gradient of its total where asked for.
  private func chain(length: Int, gradient: Bool) -> (program: Program, input: Variable) {
    let tape = Tape()
    let x = tape.input([Self.rows, Self.width], isDifferentiable: true)
    let end = (0..<length).reduce(x) { value, _ in value.affine(0.5, 1).hyperbolicTangent }
    let total = end.total
    let results = gradient ? [total] + tape.gradients(of: total, for: [x]) : [total]
    return (Program(tape, results: results), x)
  }

  @Test("a deep chain forwards takes no more than a shallow one")
  func forward() {
    let bytes = [4, 64, 512].map { chain(length: $0, gradient: false).program.bytes }
    #expect(Set(bytes).count == 1)
    #expect(bytes[0] <= 3 * Self.value)
  }

  @Test("backwards it takes what the derivatives need, a value a map, and not every step")
  func backward() {
    for length in [4, 64, 256] {
      let bytes = chain(length: length, gradient: true).program.bytes
      #expect(bytes >= length * Self.value, "tanh is differentiated by its value")
      #expect(bytes <= (length + 6) * Self.value)
    }
  }

  @Test("frames keep their memory from run to run")
  func steady() {
    let (program, input) = chain(length: 20, gradient: true)
    let samples = Tensor(Self.rows, Self.width)
    program.bind(input, to: samples)
    program.run()
    let frame = program.makeFrame()
    frame.bind(input, to: samples)
    let places = frame.tensors.map(\.pointer)
    for _ in 0..<3 { program.run(frame) }
    #expect(frame.tensors.map(\.pointer) == places)
  }
}
