import CKernels
import Testing

@Suite("The hash that compares arrays")
struct HashTests {
  private func hash(_ values: [Float]) -> UInt64 { sdt_hash(values, values.count) }

  private func numbers(_ count: Int) -> [Float] {
    (0..<count).map { Float(UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) >> 8) * 1e-6 - 8 }
  }

  @Test("any single bit of any element shows", arguments: [1, 2, 15, 16, 17, 31, 32, 33, 100])
  func singleBits(count: Int) {
    var values = numbers(count)
    let right = hash(values)
    var seen: Set = [right]
    for place in 0..<count {
      for bit in 0..<32 {
        let whole = values[place]
        values[place] = Float(bitPattern: whole.bitPattern ^ 1 << bit)
        seen.insert(hash(values))
        values[place] = whole
      }
    }
    #expect(seen.count == 32 * count + 1)
    #expect(hash(values) == right)
  }

  @Test("changes of all elements show: signs, doublings, order, zeros")
  func patterns() {
    for count in [48, 64, 1024, 4096] {
      let values = numbers(count)
      var others: [[Float]] = [values.map { -$0 }, values.map { 2 * $0 }, values.reversed()]
      others.append(values.map { Float(bitPattern: $0.bitPattern ^ 1) })
      others.append(Array(values.dropLast()))
      others.append(values + [0])
      others.append(Array(values[16...]) + Array(values[..<16]))
      others.append([Float](repeating: 0, count: count))
      others.append([Float](repeating: -0.0, count: count))
      #expect(Set((others + [values]).map(hash)).count == others.count + 1)
    }
    // Lengths of nothing but zeros.
    #expect(Set((0..<200).map { hash([Float](repeating: 0, count: $0)) }).count == 200)
  }

  @Test("the same bits on every CPU, whatever the alignment")
  func stored() {
    #expect(hash(numbers(1000)) == Self.expected)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 1016)
    defer { memory.deallocate() }
    for offset in 0..<16 {
      (memory + offset).initialize(from: numbers(1000), count: 1000)
      #expect(sdt_hash(memory + offset, 1000) == Self.expected)
    }
  }

  /// Tests/Scripts/hash_reference.py.
  private static let expected: UInt64 = 0xf19fb4555b586a02
}
