import Foundation
import Tensors
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  private func words(_ stream: RandomStream, item: Int, count: Int = 64) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: count)
    words.withUnsafeMutableBufferPointer { stream.words(item: item, into: $0) }
    return words
  }

  private func normals(_ stream: RandomStream, item: Int, count: Int) -> [Float] {
    var numbers = [Float](repeating: .nan, count: count)
    numbers.withUnsafeMutableBufferPointer { stream.normal(item: item, into: $0) }
    return numbers
  }

  @Test("streams of another seed, purpose, step, round or item share no word at any place")
  func streamsDiffer() {
    let high = UInt64(1) << 32
    let streams = [
      words(RandomStream(seed: 1, purpose: .gibbs), item: 0),
      words(RandomStream(seed: 2, purpose: .gibbs), item: 0),
      words(RandomStream(seed: 1 + high, purpose: .gibbs), item: 0),
      words(RandomStream(seed: 1, purpose: .chainStart), item: 0),
      words(RandomStream(seed: 1, purpose: .gibbs, step: 1), item: 0),
      words(RandomStream(seed: 1, purpose: .gibbs, round: 1), item: 0),
      words(RandomStream(seed: 1, purpose: .gibbs), item: 1),
    ]
    for (i, a) in streams.enumerated() {
      for b in streams[..<i] { #expect(zip(a, b).allSatisfy { $0 != $1 }) }
    }
  }

  @Test("a stream moved to a step and round is the stream made there")
  func at() {
    let made = RandomStream(seed: 9, purpose: .sampling, step: 12, round: 3)
    let moved = RandomStream(seed: 9, purpose: .sampling, step: 1, round: 1).at(step: 12, round: 3)
    #expect(words(made, item: 4) == words(moved, item: 4))
    #expect(words(moved.at(step: 12), item: 4) == words(moved.at(step: 12, round: 0), item: 4))
  }

  @Test("purposes have numbers of their own")
  func purposes() {
    let all: [RandomPurpose] = [
      .initialization, .epochOrder, .binarization, .gibbs, .chainStart, .evaluation, .sampling,
    ]
    let keys = Set(all.map { words(RandomStream(seed: 1, purpose: $0), item: 0) })
    #expect(keys.count == all.count)
  }

  @Test("uniform numbers lie in [0, 1), evenly")
  func uniform() {
    let stream = RandomStream(seed: 3, purpose: .sampling)
    var numbers = [Float](repeating: .nan, count: 100_003)
    numbers.withUnsafeMutableBufferPointer { stream.uniform(item: 0, into: $0) }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    var bins = [Double](repeating: 0, count: 64)
    for number in numbers { bins[Int(number * 64)] += 1 }
    // 63 degrees of freedom: beyond 120 lies a chance of about 2e-5.
    #expect(chiSquare(bins) < 120)
  }

  @Test("normal numbers have a normal's moments and no correlation inside a pair")
  func normalMoments() {
    let numbers = normals(RandomStream(seed: 4, purpose: .sampling), item: 0, count: 200_000)
    let values = numbers.map(Double.init)
    #expect(values.allSatisfy { $0.isFinite })
    let n = Double(values.count)
    func moment(_ power: Double) -> Double { values.reduce(0) { $0 + pow($1, power) } / n }
    // Five standard errors each: the variances of x, x², x³, x⁴ are 1, 2, 15, 96.
    #expect(abs(moment(1)) < 5 * sqrt(1 / n))
    #expect(abs(moment(2) - 1) < 5 * sqrt(2 / n))
    #expect(abs(moment(3)) < 5 * sqrt(15 / n))
    #expect(abs(moment(4) - 3) < 5 * sqrt(96 / n))
    let inside = Double(values.count { abs($0) < 1 }) / n
    #expect(abs(inside - 0.682_689_492) < 5 * sqrt(0.217 / n))
    var pairs = 0.0
    for group in stride(from: 0, to: values.count - 63, by: 64) {
      for i in 0..<32 { pairs += values[group + i] * values[group + i + 32] }
    }
    #expect(abs(pairs / (n / 2)) < 5 * sqrt(2 / n))
  }

  @Test("fewer normal numbers are the first of more", arguments: [1, 31, 32, 33, 63, 64, 65, 97])
  func normalPrefix(count: Int) {
    let stream = RandomStream(seed: 5, purpose: .initialization)
    #expect(
      normals(stream, item: 2, count: count)
        == Array(normals(stream, item: 2, count: 200)[..<count]))
  }

  @Test(
    "a shuffle is a permutation, another one for another item", arguments: [0, 1, 2, 63, 64, 1000])
  func permutation(count: Int) {
    let stream = RandomStream(seed: 6, purpose: .epochOrder)
    let sorted = (0..<count).map(Int32.init)
    var (first, second) = (sorted, sorted)
    stream.shuffle(item: 0, &first)
    stream.shuffle(item: 1, &second)
    #expect(first.sorted() == sorted && second.sorted() == sorted)
    if count > 10 { #expect(first != sorted && first != second) }
  }

  @Test("all orders of four things are equally likely")
  func uniformOrders() {
    let stream = RandomStream(seed: 7, purpose: .epochOrder)
    var seen: [[Int32]: Double] = [:]
    for item in 0..<24_000 {
      var values: [Int32] = [0, 1, 2, 3]
      stream.shuffle(item: item, &values)
      seen[values, default: 0] += 1
    }
    #expect(seen.count == 24)
    // 23 degrees of freedom: beyond 60 lies a chance of about 4e-5.
    #expect(chiSquare(Array(seen.values)) < 60)
  }

  private func chiSquare(_ counts: [Double]) -> Double {
    let expected = counts.reduce(0, +) / Double(counts.count)
    return counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
  }
}
