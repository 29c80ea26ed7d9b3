import Tensors

/// Where an embedding starts: close together, so that early forces are alike everywhere.
///
/// Source: Kobak, Linderman, "Initialization is critical for preserving global data structure in both
/// t-SNE and UMAP", Nature Biotechnology 39 (2021).
enum StartingPoints {
  /// The deviation of the first coordinate.
  private static let deviation = 1e-4

  /// The first positions of points [N, D]: [N, 2]. The same on every rank.
  static func positions(of points: Tensor, _ start: EmbeddingOptions.Start, seed: UInt64) throws
    -> [Double]
  {
    var positions = random(points.shape[0], seed)
    guard start == .pca else { return positions }
    let samples = SamplesInMemory(points)
    let kept = min(2, samples.width)
    let moments = try SecondMoments(samples, across: SoloSum())
    let components = try PrincipalComponents(moments, components: kept)
    let variance = components.explainedVariance[0] * Double(samples.count - 1)
    // Equal points have no direction; with one value a point the other coordinate stays random.
    guard variance > 0 else { return positions }
    let scale = deviation / (variance / Double(samples.count)).squareRoot()
    var row = 0
    try samples.forEachBlock(of: 0) { block in
      let codes = components.codes(of: block)
      for place in 0..<block.shape[0] {
        for axis in 0..<kept { positions[2 * row + axis] = codes[place * kept + axis] * scale }
        row += 1
      }
    }
    return positions
  }

  private static func random(_ count: Int, _ seed: UInt64) -> [Double] {
    let stream = RandomStream(seed: seed, purpose: .embedding)
    var draws = [Float](repeating: 0, count: 2 * count)
    draws.withUnsafeMutableBufferPointer { draws in
      for row in 0..<count {
        stream.normal(item: row, into: .init(rebasing: draws[2 * row..<2 * row + 2]))
      }
    }
    return draws.map { Double($0) * deviation }
  }
}
