import HDF5
import Testing

/// Values that survive the way to the file and back, for one type of Swift numbers.
private func roundTrip<T: HDF5Element & Equatable>(_ values: [T]) throws {
  let file = try File.inMemory()
  try file.write("/a/values", shape: [values.count], values: values)
  let copy = try File(image: file.image(), name: "copy")
  let dataset = try copy.dataset("/a/values")
  #expect(dataset.elementType == T.elementType)
  #expect(try dataset.readAll(as: T.self) == values)
}

@Suite struct ElementTypeTests {
  @Test func everySwiftNumberSurvives() throws {
    try roundTrip([0, 1, UInt8.max])
    try roundTrip([Int8.min, 0, Int8.max])
    try roundTrip([0, UInt16.max])
    try roundTrip([Int16.min, Int16.max])
    try roundTrip([0, UInt32.max])
    try roundTrip([Int32.min, Int32.max])
    try roundTrip([0, UInt64.max])
    try roundTrip([Int64.min, Int64.max])
    try roundTrip([Int.min, Int.max])
    try roundTrip([-1.5, Float.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity])
    try roundTrip([-1.5, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude])
  }

  @Test(arguments: ElementType.numbers)
  func everyFileTypeConvertsToFloat(_ type: ElementType) throws {
    let file = try File.inMemory()
    let dataset = try file.createDataset("/x", shape: [2, 2], type: type)
    #expect(dataset.elementType == type)
    #expect(dataset.storageSize == 0 || dataset.storageSize == 4 * type.byteCount)
    try [Float](arrayLiteral: 0, 1, 2, 100).withUnsafeBytes {
      try dataset.write(rows: 0..<2, as: .float32, from: $0)
    }
    #expect(try dataset.readAll(as: Float.self) == [0, 1, 2, 100])
    #expect(try dataset.readAll(as: UInt8.self) == [0, 1, 2, 100])
    #expect(try dataset.readAll(as: Int64.self) == [0, 1, 2, 100])
  }

  @Test func halfPrecisionIsExact() throws {
    // Bit patterns of IEEE binary16: 1, -2, 65504 (largest), 2^-14, 2^-24 (smallest), infinity.
    let bits: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x7C00]
    let file = try File.inMemory()
    let dataset = try file.createDataset("/half", shape: [bits.count], type: .float16)
    try bits.withUnsafeBytes { try dataset.write(rows: 0..<bits.count, as: .float16, from: $0) }
    let expected: [Float] = [1, -2, 65504, 0x1p-14, 0x1p-24, .infinity]
    #expect(try dataset.readAll(as: Float.self) == expected)
    var back = [UInt16](repeating: 0, count: bits.count)
    try back.withUnsafeMutableBytes {
      try dataset.read(rows: 0..<bits.count, as: .float16, into: $0)
    }
    #expect(back == bits)
  }

  @Test func namesAndSizes() {
    #expect(ElementType.numbers.map(\.byteCount) == [1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8])
    #expect(ElementType.float16.description == "float16")
    #expect(ElementType.other("compound").description == "compound")
    #expect(ElementType.uint8.isInteger && !ElementType.float64.isInteger)
  }

  @Test func conversionClips() throws {
    let file = try File.inMemory()
    try file.write("/x", shape: [3], values: [-5.0, 3.7, 300])
    #expect(try file.dataset("/x").readAll(as: UInt8.self) == [0, 3, 255])
  }
}
