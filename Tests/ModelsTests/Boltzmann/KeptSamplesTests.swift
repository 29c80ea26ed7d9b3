import Tensors
import Testing

@testable import Models

/// The training samples that the chains of reverse annealing start at.
@Suite("Samples that chains start at")
struct KeptSamplesTests {
  /// A file of 1000 samples, sorted by ten classes: a sample is its class and its place. `bounds` is where
  /// shards begin and end.
  private func chosen(_ most: Int, bounds: [Int]) throws -> [Float] {
    var kept = KeptSamples(
      most: most, width: 2, stream: RandomStream(seed: 1, purpose: .likelihood))
    for (first, end) in zip(bounds, bounds.dropFirst()) {
      let samples = Tensor(
        shape: [end - first, 2], elements: (first..<end).flatMap { [Float($0 / 100), Float($0)] })
      kept.add(samples, ids: (first..<end).map { UInt32($0) })
    }
    return try kept.chosen(across: SoloGather()).elements
  }

  @Test("are of all classes of a file that is sorted by them")
  func classes() throws {
    let all = try chosen(100, bounds: [0, 250, 500, 750, 1000])
    let counts = (0..<10).map { label in
      stride(from: 0, to: 200, by: 2).count { all[$0] == Float(label) }
    }
    // Ten of each, with a standard deviation of three.
    #expect(counts.allSatisfy { (2...20).contains($0) }, "\(counts)")
    #expect(Set(stride(from: 1, to: 200, by: 2).map { all[$0] }).count == 100)
  }

  @Test("are the same however the data is cut")
  func cuts() throws {
    let once = try chosen(30, bounds: [0, 1000])
    for bounds in [[0, 7, 300, 999, 1000], [0, 500, 1000], Array(0...1000)] {
      #expect(try chosen(30, bounds: bounds) == once)
    }
  }

  @Test("are all there are where there are few")
  func few() throws {
    let all = try chosen(100, bounds: [0, 3, 8])
    #expect(
      Set(stride(from: 1, to: all.count, by: 2).map { all[$0] }) == Set((0..<8).map(Float.init)))
  }
}
