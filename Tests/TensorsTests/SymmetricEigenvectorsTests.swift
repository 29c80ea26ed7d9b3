import Tensors
import Testing

@Suite("Eigenvectors of symmetric matrices")
struct SymmetricEigenvectorsTests {
  /// [n, n], the upper triangle of a symmetric matrix; what lies below must not matter.
  private func matrix(_ n: Int) -> [Double] {
    (0..<n * n).map { place in
      let (row, column) = (place / n, place % n)
      return column < row ? 1e9 : Double((row * 7 + column * 13) % 11) - (row == column ? 0 : 4.5)
    }
  }

  @Test("a matrix of two rows, by hand")
  func byHand() throws {
    let eigen = try SymmetricEigenvectors(ofUpper: [2, -1, 0, 2], size: 2)
    let half = 0.5.squareRoot()
    #expect(abs(eigen.values[0] - 3) < 1e-14 && abs(eigen.values[1] - 1) < 1e-14)
    for (found, expected) in zip(eigen.vectors.map(abs), [half, half, half, half]) {
      #expect(abs(found - expected) < 1e-14)
    }
    #expect(eigen.vectors[0] * eigen.vectors[1] < 0 && eigen.vectors[2] * eigen.vectors[3] > 0)
  }

  @Test("values and vectors make up the matrix; signs follow the rule", arguments: [1, 5, 40])
  func reconstructs(n: Int) throws {
    let upper = matrix(n)
    let eigen = try SymmetricEigenvectors(ofUpper: upper, size: n)
    #expect(eigen.values == eigen.values.sorted(by: >))
    for row in 0..<n {
      for column in row..<n {
        let sum = (0..<n).reduce(0.0) {
          $0 + eigen.values[$1] * eigen.vectors[$1 * n + row] * eigen.vectors[$1 * n + column]
        }
        #expect(abs(sum - upper[row * n + column]) < 1e-12 * Double(n * n))
      }
      let vector = eigen.vectors[row * n..<(row + 1) * n]
      #expect(vector.max { abs($0) < abs($1) }! > 0)
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-13)
    }
  }

  @Test("a matrix that is not finite is an error")
  func notFinite() {
    #expect(throws: EigenvectorError.notFinite) {
      try SymmetricEigenvectors(ofUpper: [1, .infinity, 0, 1], size: 2)
    }
  }
}
