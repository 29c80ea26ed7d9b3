import Foundation
import Reporting
import Testing

@Suite("Histograms")
struct HistogramTests {
  private func histogram(_ numbers: [Float], times factor: Float = 1) throws -> Histogram {
    var counts = HistogramCounts()
    numbers.withUnsafeBufferPointer { counts.add($0, times: factor) }
    return try #require(counts.histogram)
  }

  /// Of all magnitudes, both signs, zeros and subnormal numbers.
  private static let numbers: [Float] = {
    var state: UInt64 = 1
    let random = (0..<5000).map { (place: Int) -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let unit = Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
      return unit * powf(10, Float(place % 60 - 40))
    }
    let edges: [Float] = [1, -1, 0.125, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]
    return random + edges + [
      0, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, 0x1p-40, -0x1p-40,
    ]
  }()

  @Test("every number is in its bucket")
  func buckets() throws {
    let found = try histogram(Self.numbers)
    #expect(found.limits == found.limits.sorted() && Set(found.limits).count == found.limits.count)
    var expected = [Double](repeating: 0, count: found.limits.count)
    for number in Self.numbers.map(Double.init) {
      // Positive buckets hold their lower end, negative ones their upper.
      let place = found.limits.firstIndex { number > 0 ? $0 > number : $0 >= number }
      expected[min(place ?? found.limits.count, found.limits.count - 1)] += 1
    }
    #expect(found.counts == expected)
    #expect(found.counts.reduce(0, +) == Double(Self.numbers.count))
    #expect(found.counts.last != 0)
  }

  @Test("count, extremes and sums")
  func totals() throws {
    let numbers = Self.numbers.filter { abs($0) < 1e10 }
    let found = try histogram(numbers, times: 0.5)
    let halves = numbers.map { Double($0 * 0.5) }
    #expect(found.count == Double(numbers.count))
    #expect(found.minimum == halves.min() && found.maximum == halves.max())
    let magnitude = halves.reduce(0) { $0 + abs($1) }
    #expect(abs(found.sum - halves.reduce(0, +)) < 1e-12 * magnitude)
    let squares = halves.reduce(0) { $0 + $1 * $1 }
    #expect(abs(found.sumOfSquares - squares) < 1e-8 * squares)
  }

  @Test("parts that are added come to the same bits as the whole", arguments: [1, 2, 3, 7])
  func parts(count: Int) throws {
    let parts = (0..<count).map { part in
      var counts = HistogramCounts()
      let numbers = Self.numbers.indices.filter { $0 % count == part }.map { Self.numbers[$0] }
      numbers.withUnsafeBufferPointer { counts.add($0) }
      return counts
    }
    let words = parts.dropFirst().reduce(parts[0].words) { zip($0, $1.words).map(+) }
    let extremes = parts.dropFirst().reduce(parts[0].extremes) { zip($0, $1.extremes).map(max) }
    let joined = HistogramCounts(words: words, extremes: extremes)
    #expect(try joined.histogram == histogram(Self.numbers))
    #expect(joined.count == Self.numbers.count)
  }

  @Test("what is not finite is left out, and nothing makes no histogram")
  func notFinite() throws {
    #expect(try histogram([.nan, 2, .infinity, -.infinity]).count == 1)
    var counts = HistogramCounts()
    [Float.nan].withUnsafeBufferPointer { counts.add($0) }
    #expect(counts.histogram == nil)
    #expect(try histogram([3, 3]).minimum == 3)
    #expect(try histogram([-3]).maximum == -3)
  }
}
