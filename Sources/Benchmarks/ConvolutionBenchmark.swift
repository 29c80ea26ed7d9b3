import Autograd
import MessagePassing
import Tensors

/// A convolution and its gradients with respect to images and windows: 64 to 128 channels, windows of
/// 4×4 in steps of 2, images of 14×14, as in the middle of a DCGAN's discriminator. Every rank does it by
/// itself.
struct ConvolutionBenchmark {
  let name = "conv"
  static let samples = 64

  static let all = [ConvolutionBenchmark()]

  func run(_ communicator: Communicator, _ reference: SgemmReference) throws -> BenchmarkRow {
    let program = makeProgram()
    func steps(_ count: Int) { for _ in 0..<count { program.run() } }
    steps(3)
    let count = try calibrate(communicator, seconds { steps(5) } / 5)
    let before = reference.rates.count
    var times: [Double] = []
    for _ in 0..<TrainingBenchmark.repetitions {
      try communicator.barrier()
      reference.measure()
      try communicator.barrier()
      times.append(seconds { steps(count) } / Double(count))
    }
    return row(median(times), reference.rate(since: before), communicator.size)
  }

  private func makeProgram() -> Program {
    let tape = Tape()
    let images = tape.input([Self.samples, 64, 14, 14], isDifferentiable: true)
    let windows = tape.input([128, 64, 4, 4], isDifferentiable: true)
    let result = images.convolution(windows, nil, .none, Sliding(stride: 2, padding: 1))
    let cotangent = tape.input(result.shape)
    let gradients = tape.gradients(of: (result * cotangent).total, for: [images, windows])
    let program = Program(tape, results: [result] + gradients)
    for (item, input) in [images, windows, cotangent].enumerated() {
      let values = Tensor(shape: input.shape)
      RandomStream(seed: 1, purpose: .initialization).uniform(item: item, into: values.buffer)
      program.bind(input, to: values)
    }
    return program
  }

  private func row(_ time: Double, _ sgemm: Double, _ ranks: Int) -> BenchmarkRow {
    let products = 3 * 2.0 * Double(Self.samples * 7 * 7 * 128 * 64 * 4 * 4)
    let rate = products / time * 1e-9
    return BenchmarkRow(
      name: name, ranks: ranks, batchPerRank: Self.samples, milliseconds: time * 1e3,
      samplesPerSecond: Double(Self.samples * ranks) / time, gigaflops: rate,
      shareOfSgemm: rate / sgemm)
  }
}
