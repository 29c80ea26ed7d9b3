import Foundation
import Tensors
import Testing

@Suite("Normal numbers")
struct NormalTests {
  @Test(
    "are Box and Muller's of the words that they are drawn from, to a few units in the last place")
  func formula() {
    let stream = RandomStream(seed: 9, purpose: .sampling).at(step: 3, round: 2)
    var words = [UInt32](repeating: 0, count: 640)
    var numbers = [Float](repeating: .nan, count: 640)
    for item in 0..<500 {
      words.withUnsafeMutableBufferPointer { stream.words(item: item, into: $0) }
      numbers.withUnsafeMutableBufferPointer { stream.normal(item: item, into: $0) }
      var worst = 0.0
      for place in 0..<640 where place % 64 < 32 {
        let radius = (-2 * log(1 - Double(words[place] >> 8) * 0x1p-24)).squareRoot()
        let angle = 2 * Double.pi * Double(words[place + 32] >> 8) * 0x1p-24
        let errors = [
          abs(Double(numbers[place]) - radius * cos(angle)),
          abs(Double(numbers[place + 32]) - radius * sin(angle)),
        ]
        worst = max(worst, errors.max()! / max(radius, 1e-30))
      }
      #expect(worst < 3e-7)
    }
  }

  @Test(
    "of any count are the first of a longer count", arguments: [1, 31, 32, 33, 63, 64, 65, 100])
  func prefix(count: Int) {
    let stream = RandomStream(seed: 10, purpose: .sampling)
    var (few, many) = ([Float](repeating: 7, count: count + 1), [Float](repeating: 0, count: 200))
    few.withUnsafeMutableBufferPointer {
      stream.normal(item: 4, into: UnsafeMutableBufferPointer(rebasing: $0[..<count]))
    }
    many.withUnsafeMutableBufferPointer { stream.normal(item: 4, into: $0) }
    #expect(Array(few[..<count]) == Array(many[..<count]) && few[count] == 7)
  }

  @Test("have mean 0, variance 1 and the kurtosis of a normal distribution")
  func moments() {
    let count = 1 << 20
    var numbers = [Float](repeating: 0, count: count)
    numbers.withUnsafeMutableBufferPointer {
      RandomStream(seed: 11, purpose: .sampling).normal(item: 0, into: $0)
    }
    // Five standard errors: those of the powers are 1, √2, √15 and √96.
    let expected: [(moment: Double, deviation: Double)] = [
      (0, 1), (1, 1.415), (0, 3.873), (3, 9.798),
    ]
    for (place, one) in expected.enumerated() {
      var sum = 0.0
      for number in numbers { sum += pow(Double(number), Double(place + 1)) }
      let bound = 5 * one.deviation / Double(count).squareRoot()
      #expect(abs(sum / Double(count) - one.moment) < bound, "power \(place + 1)")
    }
  }
}
