import Autograd
import Tensors
import TestSupport
import Testing

/// What `Fixtures/images.py` writes.
private struct ImageFixture: Decodable {
  struct Convolution: Decodable {
    let name: String
    let x: [Int]
    let w: [Int]
    let stride: [Int]
    let padding: [Int]
    let dilation: [Int]
    let outputPadding: [Int]
    let taps: [[Int]]
    let transposed: Bool
    let shape: [Int]
    let y: [Double]
    let dx: [Double]
    let dw: [Double]
    let db: [Double]
  }

  struct Pool: Decodable {
    let name: String
    let x: [Int]
    let w: [Int]
    let stride: [Int]
    let padding: [Int]
    let shape: [Int]
    let y: [Double]
    let dx: [Double]
  }

  let convolutions: [Convolution]
  let pools: [Pool]
}

@Suite("Images")
struct ImageTests {
  private static let fixture: ImageFixture = try! TestSupport.fixture("Fixtures/images.json")

  @Test("convolutions give PyTorch's values and gradients", arguments: fixture.convolutions.indices)
  func convolution(index: Int) {
    let it = Self.fixture.convolutions[index]
    let tape = Tape()
    let filters = it.transposed ? it.w[1] : it.w[0]
    let inputs = [it.x, it.w, [filters]].map { tape.input($0, isDifferentiable: true) }
    let y = Self.apply(it, inputs)
    #expect(y.shape == it.shape, "\(it.name)")
    let results = [y] + tape.derivatives(y, inputs)
    let program = Program(tape, results: results)
    for (i, input) in inputs.enumerated() {
      program.bind(input, to: numbers(i + 1, input.shape))
    }
    program.run()
    for (result, expected) in zip(results, [it.y, it.dx, it.dw, it.db]) {
      expectClose(program.value(result).elements, expected, it.name)
    }
  }

  private static func apply(_ it: ImageFixture.Convolution, _ inputs: [Variable]) -> Variable {
    let sliding = Sliding(
      stride: pair(it.stride), padding: pair(it.padding), dilation: pair(it.dilation))
    let taps = it.taps.isEmpty ? nil : TapMask(it.taps.map { $0.map { $0 == 1 } })
    if it.transposed {
      return inputs[0].transposedConvolution(
        inputs[1], inputs[2], .none, sliding, outputPadding: pair(it.outputPadding))
    }
    return inputs[0].convolution(inputs[1], inputs[2], .none, sliding, taps: taps)
  }

  @Test("pooling gives PyTorch's values and gradients", arguments: fixture.pools.indices)
  func pooling(index: Int) {
    let it = Self.fixture.pools[index]
    let tape = Tape()
    let x = tape.input(it.x, isDifferentiable: true)
    let (window, stride, padding) = (Self.pair(it.w), Self.pair(it.stride), Self.pair(it.padding))
    let y =
      it.name.hasPrefix("mean")
      ? x.averagePooled(window, stride: stride, padding: padding)
      : x.maxPooled(window, stride: stride, padding: padding)
    let results = [y] + tape.derivatives(y, [x])
    let program = Program(tape, results: results)
    program.bind(x, to: numbers(1, it.x))
    program.run()
    expectClose(program.value(results[0]).elements, it.y, it.name)
    expectClose(program.value(results[1]).elements, it.dx, it.name)
  }

  private static func pair(_ values: [Int]) -> Pair { Pair(values[0], values[1]) }

  @Test("derivatives of convolutions, to second order")
  func gradients() {
    let slidings = [
      Sliding(), Sliding(stride: 2, padding: 1),
      Sliding(stride: Pair(1, 2), padding: Pair(0, 1), dilation: Pair(2, 1)),
    ]
    for sliding in slidings {
      GradientCheck(
        shapes: [[2, 2, 5, 4], [3, 2, 2, 3], [3]],
        function: { $0[0].convolution($0[1], $0[2], .tanh, sliding).squared }
      ).run()
      GradientCheck(
        shapes: [[2, 3, 2, 3], [3, 2, 2, 3], [2]],
        function: { $0[0].transposedConvolution($0[1], $0[2], .tanh, sliding).squared }
      ).run()
    }
    GradientCheck(
      shapes: [[2, 2, 4, 4], [3, 2, 3, 3]],
      function: {
        $0[0].convolution(
          $0[1], nil, .none, Sliding(padding: 1), taps: .raster(3, centre: false)
        ).squared
      }
    ).run()
  }

  @Test("derivatives of pooling, to second order")
  func poolingGradients() {
    GradientCheck(shapes: [[2, 2, 4, 6]], function: { $0[0].squared.averagePooled(2).squared })
      .run()
    // Numbers far from each other: a small step must not exchange the largest.
    let apart = Tensor(shape: [2, 2, 5, 6], elements: (0..<120).map { Float($0 * 37 % 120) / 40 })
    GradientCheck(
      shapes: [apart.shape],
      function: {
        ($0[0].affine(4e-3) + $0[0].tape.constant(apart))
          .maxPooled(3, stride: 2, padding: 1).squared.affine(200)
      }, step: 0.1, tolerance: 1e-2
    ).run()
  }

  @Test(
    "the memory of a convolution does not grow with the samples, nor its result depend on blocks")
  func blocks() {
    let (x, w) = ([40, 3, 12, 12], [4, 3, 3, 3])
    let whole = evaluate([(x, random(x, item: 1)), (w, random(w, item: 2))]) {
      $0[0].convolution($0[1], nil, .none, Sliding(stride: 2, padding: 1))
    }
    let image = 3 * 12 * 12
    for sample in [0, 13, 14, 39] {
      let part = Array(random(x, item: 1)[sample * image..<(sample + 1) * image])
      let alone = evaluate([([1, 3, 12, 12], part), (w, random(w, item: 2))]) {
        $0[0].convolution($0[1], nil, .none, Sliding(stride: 2, padding: 1))
      }
      let count = alone.count
      expectClose(
        Array(whole[sample * count..<(sample + 1) * count]), alone.map(Double.init), "a sample")
    }
  }
}

extension Tape {
  /// The derivatives of ⟨y, g⟩ for the numbers g of the fixtures' scripts.
  func derivatives(_ y: Variable, _ inputs: [Variable]) -> [Variable] {
    gradients(of: (y * constant(numbers(4, y.shape))).total, for: inputs)
  }
}
