import CKernels
import Tensors
import Testing

@Suite("Elementwise kernels, of lengths that fill no vector")
struct ElementwiseTests {
  static let lengths = [0, 1, 3, 7, 15, 16, 17, 31, 33, 64, 100, 257]

  private func random(_ count: Int, item: Int) -> Tensor {
    let tensor = Tensor(count)
    RandomStream(seed: 31, purpose: .sampling).normal(item: item, into: tensor.buffer)
    return tensor
  }

  @Test("sums and scales", arguments: lengths)
  func sums(count: Int) {
    let (a, b) = (random(count, item: 0).elements, random(count, item: 1))
    let sum = zip(a, b.elements).map { $0 + $1 }
    let into = Tensor(shape: [count], elements: a)
    into.add(b)
    #expect(into.elements == sum)
    var out = [Float](repeating: .nan, count: count + 1)
    sdt_add_into(&out, a, b.elements, count)
    #expect(Array(out[..<count]) == sum && out[count].isNaN)
    into.assign(b)
    into.scale(by: -0.375)
    #expect(into.elements == b.elements.map { $0 * -0.375 })
    sdt_scale_into(&out, b.elements, -0.375, count)
    #expect(Array(out[..<count]) == into.elements && out[count].isNaN)
  }

  @Test("a range is added to and the rest left alone")
  func range() {
    let (a, b) = (random(50, item: 2), random(50, item: 3))
    let before = a.elements
    a.add(b, in: 7..<29)
    for i in 0..<50 {
      #expect(a.elements[i] == ((7..<29).contains(i) ? before[i] + b.elements[i] : before[i]))
    }
  }

  @Test("one infinite or NaN element is seen at any place", arguments: lengths)
  func finite(count: Int) {
    let tensor = random(count, item: 4)
    #expect(tensor.isFinite)
    for bad in [Float.infinity, -.infinity, .nan, -.nan] {
      for place in 0..<count {
        let kept = tensor.pointer[place]
        tensor.pointer[place] = bad
        #expect(!tensor.isFinite)
        tensor.pointer[place] = kept
      }
    }
    if count > 0 { tensor.pointer[0] = .greatestFiniteMagnitude }
    #expect(tensor.isFinite)
  }

  @Test("squared distance", arguments: lengths)
  func squaredDistance(count: Int) {
    let (a, b) = (random(count, item: 5), random(count, item: 6))
    let expected = zip(a.elements, b.elements).reduce(0.0) {
      let difference = Double($1.0) - Double($1.1)
      return $0 + difference * difference
    }
    #expect(abs(a.squaredDistance(to: b) - expected) <= 1e-13 * expected)
    #expect(a.squaredDistance(to: a) == 0)
  }

  @Test("column sums and differences", arguments: [(0, 3), (1, 1), (5, 17), (33, 64), (2, 100)])
  func columns(rows: Int, columns: Int) {
    let a = Tensor(shape: [rows, columns], elements: random(rows * columns, item: 7).elements)
    let b = Tensor(shape: [3, columns], elements: random(3 * columns, item: 8).elements)
    func sum(_ tensor: Tensor, _ column: Int) -> Double {
      (0..<tensor.shape[0]).reduce(0) { $0 + Double(tensor.elements[$1 * columns + column]) }
    }
    let result = Tensor(columns)
    result.fill(.nan)
    a.columnSums(into: result)
    for j in 0..<columns { #expect(abs(Double(result.elements[j]) - sum(a, j)) < 1e-5) }
    result.fill(.nan)
    sdt_column_difference(result.pointer, a.pointer, rows, b.pointer, 3, 0.4, columns)
    for j in 0..<columns {
      let expected = 0.4 * sum(b, j) - sum(a, j)
      #expect(abs(Double(result.elements[j]) - expected) < 2e-5)
    }
  }

  @Test("stored types are widened", arguments: lengths)
  func widen(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let shorts = (0..<count).map { Int16(truncatingIfNeeded: $0 * 1237 - 30_000) }
    let floats = random(count, item: 9).elements
    var out = [Float](repeating: 0, count: count)
    // Powers of two: exact, with or without a fused multiply-add.
    sdt_widen_u8(&out, bytes, 0.25, -1, count)
    #expect(out == bytes.map { Float($0) * 0.25 - 1 })
    sdt_widen_i16(&out, shorts, 0.5, 3, count)
    #expect(out == shorts.map { Float($0) * 0.5 + 3 })
    sdt_widen_f32(&out, floats, 2, 0, count)
    #expect(out == floats.map { $0 * 2 })
  }

  @Test("255 widened by 1/255 is at most 1")
  func unitRange() {
    let bytes = (0...255).map { UInt8($0) }
    var out = [Float](repeating: 0, count: 256)
    sdt_widen_u8(&out, bytes, 1 / 255, 0, 256)
    #expect(out[0] == 0 && out[255] == 1)
    #expect(zip(out, out.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("a threshold is not part of the upper side", arguments: lengths)
  func threshold(count: Int) {
    var values = (0..<count).map { Float($0 % 3) / 2 }
    let expected = values.map { $0 > 0.5 ? Float(1) : 0 }
    sdt_threshold(&values, 0.5, count)
    #expect(values == expected)
  }

  @Test("moments are added up, and standardizing takes them away")
  func moments() {
    let (rows, columns) = (37, 19)
    let data = random(rows * columns, item: 10).elements.map { $0 * 3 + 5 }
    let center = [Float](repeating: 4, count: columns)
    // What was summed before is kept.
    var sum = [Double](repeating: 1, count: columns)
    var squares = [Double](repeating: 2, count: columns)
    sdt_moments(&sum, &squares, data, center, rows, columns)
    var mean = [Float](repeating: 0, count: columns)
    var inverse = mean
    for j in 0..<columns {
      let column = (0..<rows).map { Double(data[$0 * columns + j]) }
      #expect(abs(sum[j] - 1 - column.reduce(0, +)) < 1e-9)
      #expect(abs(squares[j] - 2 - column.reduce(0) { $0 + ($1 - 4) * ($1 - 4) }) < 1e-9)
      let average = (sum[j] - 1) / Double(rows)
      let variance = (squares[j] - 2) / Double(rows) - (average - 4) * (average - 4)
      (mean[j], inverse[j]) = (Float(average), Float(1 / variance.squareRoot()))
    }
    var standard = data
    sdt_standardize(&standard, mean, inverse, rows, columns)
    for j in 0..<columns {
      let column = (0..<rows).map { Double(standard[$0 * columns + j]) }
      #expect(abs(column.reduce(0, +)) < 1e-4)
      #expect(abs(column.reduce(0) { $0 + $1 * $1 } - Double(rows)) < 1e-3)
    }
  }
}
