import Autograd
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Stacks and parameters")
struct StackTests {
  @Test("parameters are slices with names, and begin where the seed says")
  func parameters() throws {
    let stack = try Sequential(
      name: "encoder",
      [
        .init(.convolution(channels: 4, kernel: 3), activation: .relu),
        .init(.dense(10), initializer: .orthogonal()),
      ], input: [1, 5, 5])
    let set = ParameterSet(stack.layers, seed: 3)
    #expect(
      set.layout.slices.map(\.name) == [
        "encoder/0/weights", "encoder/0/bias", "encoder/1/weights", "encoder/1/bias",
      ])
    #expect(set.layout.slices.map(\.shape) == [[4, 1, 3, 3], [4], [10, 36], [10]])
    #expect(set.flat.elements == ParameterSet(stack.layers, seed: 3).flat.elements)
    #expect(set.flat.elements != ParameterSet(stack.layers, seed: 4).flat.elements)
    #expect(set["encoder/0/bias"].elements.allSatisfy { $0 != 0 && abs($0) <= 1 / 3 })
    #expect(set["encoder/1/bias"].elements.allSatisfy { $0 == 0 })
  }

  @Test("initializers have the variance that their papers name")
  func initializers() {
    let shape = [60, 40, 3, 2]
    let (fanIn, fanOut) = (Float(240), Float(360))
    let expected: [(Initializer, Float)] = [
      (.uniform(bound: 0.3), 0.03), (.normal(deviation: 0.2), 0.04),
      (.xavierUniform(gain: 2), 8 / (fanIn + fanOut)), (.xavierNormal(), 2 / (fanIn + fanOut)),
      (.heUniform(), 2 / fanIn), (.heNormal(), 2 / fanIn), (.uniformFanIn, 1 / (3 * fanIn)),
    ]
    for (number, (initializer, variance)) in expected.enumerated() {
      let tensor = Tensor(shape: shape)
      initializer.fill(tensor, seed: 1, number: number)
      let mean = tensor.elements.reduce(0, +) / Float(tensor.count)
      let found = tensor.elements.reduce(0) { $0 + $1 * $1 } / Float(tensor.count)
      #expect(abs(found - variance) < 0.03 * variance, "\(initializer)")
      #expect(abs(mean) < 0.03 * variance.squareRoot(), "\(initializer)")
    }
  }

  @Test("orthogonal rows or columns", arguments: [[5, 12], [12, 5], [6, 6], [4, 2, 3, 1]])
  func orthogonal(shape: [Int]) {
    let tensor = Tensor(shape: shape)
    Initializer.orthogonal(gain: 2).fill(tensor, seed: 1, number: 0)
    let (rows, columns) = (shape[0], tensor.count / shape[0])
    let (count, width) = (min(rows, columns), max(rows, columns))
    let (step, along) = rows <= columns ? (columns, 1) : (1, columns)
    for i in 0..<count {
      for j in 0...i {
        let dot = (0..<width).reduce(Float(0)) {
          $0 + tensor.pointer[i * step + $1 * along] * tensor.pointer[j * step + $1 * along]
        }
        #expect(abs(dot - (i == j ? 4 : 0)) < 1e-5)
      }
    }
  }

  @Test("what does not fit is named: layer, expected, found")
  func errors() throws {
    func error(_ layers: [LayerDescription], _ input: [Int]) -> String? {
      do {
        _ = try Sequential(name: "decoder", layers, input: input)
        return nil
      } catch { return "\(error)" }
    }
    #expect(
      error([.init(.dense(8)), .init(.convolution(channels: 2, kernel: 3))], [7])
        == "layer decoder/1: expected samples of shape [8, any, any], found [8]")
    #expect(
      error([.init(.convolution(channels: 2, kernel: 5))], [1, 4, 4])
        == "layer decoder/0: expected images that windows [5, 5] fit into, found [1, 4, 4]")
    #expect(
      error([.init(.reshape([3, 2]))], [7])
        == "layer decoder/0: expected samples of 6 elements, for [3, 2], found [7]")
    #expect(
      error([.init(.dense(0))], [7]) == "layer decoder/0: expected a size of 1 or more, found 0")
    #expect(
      error([.init(.dropout(1))], [7])
        == "layer decoder/0: expected a probability from 0 to below 1, found 1.0")
    #expect(error([.init(.lstm(3))], [7])?.hasPrefix("layer decoder/0: expected samples") == true)
    let bad = Sliding(stride: 0)
    #expect(error([.init(.convolution(channels: 2, kernel: 1, bad))], [1, 4, 4]) != nil)
    let wide = LayerDescription.Kind.transposedConvolution(
      channels: 2, kernel: 3, Sliding(stride: 2), outputPadding: 2)
    #expect(error([.init(wide)], [1, 4, 4])?.contains("output padding") == true)
  }

  @Test("dropout drops by sample and step, in training only")
  func dropout() throws {
    let stack = try Sequential(
      name: "net", [.init(.dropout(0.5)), .init(.dropout(0.5))], input: [1000])
    let recording = Recording(stack, [2, 1000])
    let program = Program(recording.tape, results: [recording.y])
    let ones = Tensor(2, 1000)
    ones.fill(1)
    program.bind(recording.x, to: ones)
    func run(_ step: Int, _ ids: [UInt32]) -> [Float] {
      ids.withUnsafeBufferPointer { program.run(step: step, seed: 1, ids: $0.baseAddress) }
      return program.value(recording.y).elements
    }
    let first = run(1, [5, 6])
    let kept = first.filter { $0 != 0 }
    #expect(kept.allSatisfy { $0 == 4 } && abs(kept.count - 500) < 80)
    #expect(run(1, [6, 5]) == Array(first[1000...] + first[..<1000]))
    #expect(run(2, [5, 6]) != first)
    let evaluation = Recording(stack, [2, 1000], states: [:])
    #expect(
      evaluation.run([evaluation.y], samples: ones).value(evaluation.y).elements == ones.elements)
  }

  @Test("one step after the other is a sequence", arguments: [Recurrent.Kind.lstm, .gru])
  func cells(kind: Recurrent.Kind) throws {
    let layer = Recurrent(name: "net", kind: kind, inputs: 3, hidden: 4)
    let stack = try Sequential([layer], input: [5, 3])
    let recording = Recording(stack, [2, 5, 3])
    let zero = recording.tape.constant(0, shape: [2, 4])
    var state: Recurrent.State = (zero, zero)
    var hidden: [Variable] = []
    for step in 0..<5 {
      let x = recording.x.slice(axis: 1, step..<step + 1).permuted([1, 0, 2])
      state = layer.step(x, state, recording.context).last
      hidden.append(state.hidden.reshaped([2, 1, 4]))
    }
    let steps = Variable.concatenated(hidden, axis: 1)
    let program = recording.run([recording.y, steps])
    expectClose(
      program.value(steps).elements, program.value(recording.y).elements.map(Double.init), "cells")
  }

  @Test("batch norm over two shards is batch norm of them together")
  func globalBatchNorm() throws {
    let stack = try Sequential(name: "net", [.init(.batchNorm(group: .global))], input: [3])
    let whole = Recording(stack, [6, 3])
    let both = numbers(1, [6, 3])
    let expected = whole.run([whole.y], samples: both).value(whole.y).elements

    // Both shards on one tape: what one sums is what both have, in the order of recording.
    let tape = Tape()
    let x = tape.input([6, 3])
    let (scale, offset) = (tape.constant(numbers(10, [3])), tape.constant(numbers(11, [3])))
    var other: [Variable] = []
    func context(_ sum: @escaping (Variable) -> Variable) -> LayerContext {
      LayerContext(parameters: ["net/0/scale": scale, "net/0/offset": offset], sum: sum)
    }
    let second = x.slice(axis: 0, 2..<6)
    let mean = x.sum(to: [1, 3]).affine(1 / 6)
    other.append(
      .concatenated([second.sum(to: [1, 3]).reshaped([3]), tape.constant(4, shape: [1])], axis: 0))
    let centred = second - mean
    other.append(centred.dot(centred, to: [1, 3]).reshaped([3]))
    let y = stack.apply(x.slice(axis: 0, 0..<2), context { $0 + other.removeFirst() })
    let program = Program(tape, results: [y])
    program.bind(x, to: both)
    program.run()
    expectClose(program.value(y).elements, expected[..<6].map(Double.init), "a shard of two")
  }
}
