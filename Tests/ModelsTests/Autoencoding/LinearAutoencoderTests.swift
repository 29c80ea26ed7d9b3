import Autograd
import Models
import Objectives
import Tensors
import Testing

@Suite("Linear autoencoders") struct LinearAutoencoderTests {
  /// Samples of six values that vary along six directions, less and less.
  private func data(_ rows: Int) -> Tensor {
    let x = Tensor(rows, 6)
    let (mixing, draws) = (Tensor(6, 6), Tensor(rows, 6))
    let stream = RandomStream(seed: 2, purpose: .sampling)
    stream.normal(item: 0, into: mixing.buffer)
    stream.normal(item: 1, into: draws.buffer)
    mixing.scale(by: 0.4)
    for row in 0..<rows {
      for source in 0..<6 {
        draws.pointer[row * 6 + source] *= [3, 2, 1, 0.6, 0.4, 0.2][source]
      }
    }
    multiply(draws, .none, mixing, .none, into: x)
    for i in 0..<x.count { x.pointer[i] += 0.7 }
    return x
  }

  /// The sum of the eigenvalues of the scatter matrix beyond the first ones: what principal components
  /// leave of the squared error.
  private func discarded(_ x: Tensor, components: Int) throws -> Double {
    let rows = x.shape[0]
    var mean = [Double](repeating: 0, count: 6)
    for row in 0..<rows {
      for i in 0..<6 { mean[i] += Double(x.pointer[row * 6 + i]) / Double(rows) }
    }
    var scatter = [Double](repeating: 0, count: 36)
    for row in 0..<rows {
      for i in 0..<6 {
        for j in 0..<6 {
          scatter[i * 6 + j] +=
            (Double(x.pointer[row * 6 + i]) - mean[i]) * (Double(x.pointer[row * 6 + j]) - mean[j])
        }
      }
    }
    let total = (0..<6).reduce(0.0) { $0 + scatter[$1 * 7] }
    return total - leading(&scatter, components)
  }

  /// The sum of the largest eigenvalues, by power iteration and deflation.
  private func leading(_ matrix: inout [Double], _ count: Int) -> Double {
    var sum = 0.0
    for _ in 0..<count {
      var vector = [Double](repeating: 1, count: 6)
      var value = 0.0
      for _ in 0..<2000 {
        let next = (0..<6).map { i in (0..<6).reduce(0.0) { $0 + matrix[i * 6 + $1] * vector[$1] } }
        value = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
        vector = next.map { $0 / value }
      }
      sum += value
      for i in 0..<6 { for j in 0..<6 { matrix[i * 6 + j] -= value * vector[i] * vector[j] } }
    }
    return sum
  }

  @Test("the optimum is that of principal components", arguments: [1, 2, 4], [true, false])
  func optimum(components: Int, isTied: Bool) throws {
    let x = data(60)
    let model = try Autoencoder(
      .init(encoder: [dense(components, .none)], isTied: isTied, loss: .squared), sample: [6],
      seed: 9)
    let step = TapeStep(TapeObjective(model, seed: 1), samples: x, shards: 3)
    let flat = model.parameters.flat
    var speed = [Float](repeating: 0, count: flat.count)
    for _ in 0..<4000 {
      let gradients = try step.run().gradients
      for i in 0..<flat.count {
        speed[i] = 0.95 * speed[i] - 0.01 * gradients[i] / 60
        flat.pointer[i] += speed[i]
      }
    }
    let error = try step.run().metrics[1]
    let best = try discarded(x, components: components)
    #expect(best > 0.01)
    #expect(error > best * 0.999 && error < best * 1.005, "\(error) against \(best)")
  }
}
