import CKernels
import Foundation
import Tensors
import Testing

@Suite("Bernoulli layers")
struct BernoulliTests {
  private func sigmoid(_ values: [Float], bias: Float = 0) -> [Float] {
    var values = values
    let biases = [Float](repeating: bias, count: values.count)
    sdt_bernoulli_mean(&values, biases, 1, values.count)
    return values
  }

  @Test("the sigmoid is right to 4e-7 of its value")
  func sigmoidError() {
    let points = stride(from: -86.0, through: 30, by: 0.003_7).map { Float($0) }
    var worst = 0.0
    for (x, found) in zip(points, sigmoid(points)) {
      let expected = 1 / (1 + exp(-Double(x)))
      worst = max(worst, abs(Double(found) - expected) / expected)
    }
    #expect(worst < 4e-7)
  }

  @Test("the sigmoid saturates and lets a NaN through")
  func extremes() {
    let found = sigmoid([1000, -1000, .infinity, -.infinity, .nan, 0, -0.0, 88, -88])
    #expect(found[0] == 1 && found[2] == 1)
    #expect(found[1] >= 0 && found[1] < 1e-37 && found[3] >= 0 && found[3] < 1e-37)
    #expect(found[4].isNaN)
    #expect(found[5] == 0.5 && found[6] == 0.5)
    #expect(found[7] == 1 && found[8] < 1e-37)
  }

  @Test("a value's bits do not depend on its place or the row's length")
  func places() {
    let points = (0..<100).map { Float($0) * 0.37 - 18 }
    let whole = sigmoid(points, bias: 0.1)
    for length in [1, 3, 7, 8, 15, 16, 17, 33, 63] {
      for start in [0, 1, 5, 30] {
        #expect(
          sigmoid(Array(points[start..<start + length]), bias: 0.1)
            == Array(whole[start..<start + length]))
      }
    }
  }

  @Test(
    "samples are 1 where the item's uniform draw lies below the mean",
    arguments: [1, 63, 64, 65, 130])
  func samples(columns: Int) {
    let items: [UInt32] = [5, 0, 70_000]
    let stream = RandomStream(seed: 8, purpose: .gibbs, step: 2, round: 1)
    var input = Tensor(items.count, columns).elements
    for i in input.indices { input[i] = Float(i % 13) / 3 - 2 }
    let bias = (0..<columns).map { Float($0 % 5) / 4 - 0.5 }
    var means = input
    var samples = [Float](repeating: .nan, count: input.count)
    sdt_bernoulli_sample(&means, &samples, bias, items.count, columns, stream.kernel, items)
    var expectedMeans = input
    sdt_bernoulli_mean(&expectedMeans, bias, items.count, columns)
    #expect(means == expectedMeans)
    for (row, item) in items.enumerated() {
      var draws = [Float](repeating: 0, count: columns)
      draws.withUnsafeMutableBufferPointer { stream.uniform(item: Int(item), into: $0) }
      for column in 0..<columns {
        let place = row * columns + column
        #expect(samples[place] == (draws[column] < means[place] ? 1 : 0))
      }
    }
    // The drawing kernel alone, in place, gives the same; so does sampling without keeping means.
    sdt_bernoulli_draw(means, &means, items.count, columns, stream.kernel, items)
    #expect(means == samples)
    input.withUnsafeMutableBufferPointer {
      let p = $0.baseAddress!
      sdt_bernoulli_sample(p, p, bias, items.count, columns, stream.kernel, items)
    }
    #expect(input == samples)
  }

  @Test("means of 0 and 1 are never missed")
  func certain() {
    let stream = RandomStream(seed: 8, purpose: .gibbs)
    let columns = 10_000
    let means = (0..<columns).map { Float($0 % 2) }
    var samples = [Float](repeating: .nan, count: columns)
    sdt_bernoulli_draw(means, &samples, 1, columns, stream.kernel, [0])
    #expect(samples == means)
  }
}
