import Models
import Tensors
import Testing

@Suite("Principal components")
struct PrincipalComponentsTests {
  private static let (count, width) = (203, 12)

  /// Samples [203, 12] of falling variances that are correlated, far from zero.
  private static let samples: Tensor = {
    let samples = Tensor(count, width)
    let stream = RandomStream(seed: 5, purpose: .sampling)
    for row in 0..<count { stream.normal(item: row, into: samples.rows(row..<row + 1).buffer) }
    for row in 0..<count {
      let place = samples.pointer + row * width
      for column in 0..<width {
        place[column] = place[column] / Float(1 + column) + (column > 0 ? place[column - 1] / 2 : 7)
      }
    }
    return samples
  }()

  private func components(_ kept: Int, shards: Int = 3) throws -> PrincipalComponents {
    let samples = SamplesInMemory(Self.samples, shards: shards, block: 16)
    return try PrincipalComponents(
      SecondMoments(samples, across: SoloSum(shards: shards)), components: kept)
  }

  @Test("the scatter is that of the definition, however many shards", arguments: [1, 2, 3, 8])
  func scatter(shards: Int) throws {
    let moments = try SecondMoments(
      SamplesInMemory(Self.samples, shards: shards, block: 16), across: SoloSum(shards: shards))
    let rows = (0..<Self.count).map { row in
      (0..<Self.width).map { Double(Self.samples.pointer[row * Self.width + $0]) }
    }
    let mean = (0..<Self.width).map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(Self.count)
    }
    for a in 0..<Self.width {
      #expect(abs(moments.center[a] - mean[a]) < 1e-12)
      for b in a..<Self.width {
        let expected = rows.reduce(0) { $0 + ($1[a] - mean[a]) * ($1[b] - mean[b]) }
        #expect(abs(moments.scatter[a * Self.width + b] - expected) < 1e-10)
      }
    }
  }

  @Test(
    "the reconstruction error is the sum of the eigenvalues left out", arguments: [1, 4, 11, 12])
  func error(kept: Int) throws {
    let found = try components(kept)
    let measured = found.squaredError(of: Self.samples) / Double(Self.count)
    let all = try components(Self.width).explainedVariance
    let discarded = all.dropFirst(kept).reduce(0, +)
    #expect(abs(found.discardedVariance - discarded) <= 1e-13 * all[0])
    #expect(abs(found.reconstructionError - measured) < 1e-12 * all[0])
    let back = found.reconstructions(of: found.codes(of: Self.samples))
    let direct = zip(back, Self.samples.elements).reduce(0) {
      $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1))
    }
    #expect(abs(direct / Double(Self.count) - measured) < 1e-11 * all[0])
  }

  @Test("directions are orthogonal, of length 1, with the greatest element positive")
  func directions() throws {
    let found = try components(5)
    func row(_ index: Int) -> ArraySlice<Double> {
      found.components[index * Self.width..<(index + 1) * Self.width]
    }
    for a in 0..<5 {
      for b in 0..<5 {
        let product = zip(row(a), row(b)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-13)
      }
      #expect(row(a).max { abs($0) < abs($1) }! > 0)
    }
    #expect(found.explainedVariance == found.explainedVariance.sorted(by: >))
    let shares = try components(Self.width).explainedVarianceRatio
    #expect(abs(shares.reduce(0, +) - 1) < 1e-14)
  }

  @Test("whitened codes are uncorrelated, of variance 1")
  func whitened() throws {
    let found = try components(4)
    let codes = found.codes(of: Self.samples, whiten: true)
    for a in 0..<4 {
      for b in 0..<4 {
        let sum = (0..<Self.count).reduce(0.0) { $0 + codes[$1 * 4 + a] * codes[$1 * 4 + b] }
        #expect(abs(sum / Double(Self.count - 1) - (a == b ? 1 : 0)) < 1e-12)
      }
    }
  }

  @Test("equal samples have no variance, and whiten to zeros")
  func equalSamples() throws {
    let samples = Tensor(9, 3)
    samples.fill(0.3)
    let found = try PrincipalComponents(
      SecondMoments(SamplesInMemory(samples), across: SoloSum()), components: 2)
    #expect(found.explainedVariance == [0, 0] && found.explainedVarianceRatio == [0, 0])
    #expect(found.codes(of: samples, whiten: true).allSatisfy { $0 == 0 })
  }

  @Test("singular values and vectors make up a tall matrix")
  func singularValues() throws {
    let samples = SamplesInMemory(Self.samples, shards: 3, block: 16)
    let found = try TallSingularValues(samples, values: Self.width, across: SoloSum(shards: 3))
    let left = found.left(of: Self.samples)
    let kept = Self.width
    for a in 0..<kept {
      for b in 0..<kept {
        let product = (0..<Self.count).reduce(0.0) {
          $0 + left[$1 * kept + a] * left[$1 * kept + b]
        }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-10)
      }
    }
    for (place, value) in Self.samples.elements.enumerated() {
      let (row, column) = (place / kept, place % kept)
      let sum = (0..<kept).reduce(0.0) {
        $0 + left[row * kept + $1] * found.values[$1] * found.right[$1 * kept + column]
      }
      #expect(abs(sum - Double(value)) < 1e-11)
    }
  }
}
