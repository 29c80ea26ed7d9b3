import Objectives
import Tensors

/// One rank: the accumulator's root is the sum already.
final class SoloReducer: Reducer {
  private let accumulator: Accumulator

  init(_ accumulator: Accumulator) {
    self.accumulator = accumulator
  }

  func begin() {}

  func finish(_ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    body(0..<accumulator.length, accumulator.root(0).pointer)
  }
}
