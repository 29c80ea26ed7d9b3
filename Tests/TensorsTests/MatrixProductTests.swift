import Tensors
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
  static let sizes = [(1, 1, 1), (3, 5, 7), (17, 33, 9), (64, 1, 65), (2, 100, 31)]

  @Test("every transposition and scale is the naive product", arguments: sizes)
  func naive(size: (m: Int, k: Int, n: Int)) {
    let (m, k, n) = size
    for (i, (ta, tb)) in [
      (Transposition.none, Transposition.none), (.none, .transposed), (.transposed, .none),
      (.transposed, .transposed),
    ].enumerated() {
      let a = random(ta == .none ? [m, k] : [k, m], item: 3 * i)
      let b = random(tb == .none ? [k, n] : [n, k], item: 3 * i + 1)
      for (alpha, beta) in [(1, 0), (-0.5, 0), (2, 1), (1, -0.25)] as [(Float, Float)] {
        let start = random([m, n], item: 3 * i + 2)
        let result = Tensor(shape: [m, n], elements: start.elements)
        // With beta = 0 what was there before must not matter, whatever it was.
        if beta == 0 { result.fill(.nan) }
        multiply(a, ta, b, tb, into: result, alpha: alpha, beta: beta)
        for row in 0..<m {
          for column in 0..<n {
            var sum = 0.0
            for l in 0..<k {
              let left = a.elements[ta == .none ? row * k + l : l * m + row]
              let right = b.elements[tb == .none ? l * n + column : column * k + l]
              sum += Double(left) * Double(right)
            }
            let before = beta == 0 ? 0 : Double(beta) * Double(start.elements[row * n + column])
            let expected = Double(alpha) * sum + before
            let found = Double(result.elements[row * n + column])
            #expect(abs(found - expected) < 2e-6 * Double(k + 4))
          }
        }
      }
    }
  }

  @Test("a product over no rows is zero, or leaves what beta says")
  func empty() {
    let result = Tensor(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6])
    multiply(Tensor(0, 2), .transposed, Tensor(0, 3), into: result, beta: 2)
    #expect(result.elements == [2, 4, 6, 8, 10, 12])
    multiply(Tensor(0, 2), .transposed, Tensor(0, 3), into: result)
    #expect(result.elements.allSatisfy { $0 == 0 })
    result.fill(1)
    multiply(Tensor(2, 0), .none, Tensor(0, 3), into: result)
    #expect(result.elements.allSatisfy { $0 == 0 })
    multiply(Tensor(0, 4), .none, Tensor(4, 3), into: Tensor(0, 3))
  }

  private func random(_ shape: [Int], item: Int) -> Tensor {
    let tensor = Tensor(shape: shape)
    RandomStream(seed: 21, purpose: .sampling).normal(item: item, into: tensor.buffer)
    return tensor
  }
}
