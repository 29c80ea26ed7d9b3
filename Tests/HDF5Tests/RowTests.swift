import Testing

@testable import HDF5

/// A file in memory with `/x` of shape [10, 2, 3]: element (i, j, k) is 6 i + 3 j + k.
private func counting(chunk: [Int]? = nil, deflate: Int? = nil, shuffle: Bool = false) throws
  -> Dataset
{
  let file = try File.inMemory()
  return try file.write(
    "/x", shape: [10, 2, 3], values: (0..<60).map { Int32($0) }, chunk: chunk, deflate: deflate,
    shuffle: shuffle)
}

/// The rows of a list, as `Float`.
private func read(_ rows: [Int], of dataset: Dataset) throws -> [Float] {
  var values = [Float](repeating: -1, count: rows.count * dataset.rowElementCount)
  try values.withUnsafeMutableBytes { try dataset.read(rowList: rows, as: .float32, into: $0) }
  return values
}

@Suite struct RowTests {
  @Test func describesLayouts() throws {
    let plain = try counting()
    #expect(plain.chunk == nil && plain.filters.isEmpty && plain.storageSize == 240)
    let packed = try counting(chunk: [4, 2, 3], deflate: 4, shuffle: true)
    #expect(packed.chunk == [4, 2, 3] && packed.filters == ["shuffle", "gzip(4)"])
    #expect(packed.shape == [10, 2, 3] && packed.rowCount == 10 && packed.rowElementCount == 6)
    #expect(packed.path == "/x" && packed.fileName == "file in memory")
    let cut = try counting(chunk: [400, 2, 3])
    #expect(cut.chunk == [10, 2, 3])
  }

  @Test(arguments: [nil, [1, 2, 3], [3, 2, 3], [4, 1, 2], [10, 2, 3]] as [[Int]?])
  func readsRangesInAnyLayout(_ chunk: [Int]?) throws {
    let dataset = try counting(chunk: chunk, deflate: chunk.map { _ in 6 }, shuffle: chunk != nil)
    #expect(try dataset.readAll(as: Int32.self) == (0..<60).map { Int32($0) })
    for rows in [0..<1, 0..<10, 3..<7, 9..<10, 5..<5] {
      var values = [UInt8](repeating: 0, count: rows.count * 6)
      try values.withUnsafeMutableBytes { try dataset.read(rows: rows, as: .uint8, into: $0) }
      #expect(values == (rows.lowerBound * 6..<rows.upperBound * 6).map { UInt8($0) })
    }
  }

  @Test(arguments: [
    [0, 1, 2], [9], [], [0, 2, 4, 5, 6, 9], [9, 0, 5], [3, 3, 3], [7, 8, 9, 0, 1, 2], [4, 3, 2, 1],
  ])
  func readsListsInAnyOrder(_ rows: [Int]) throws {
    let expected = rows.flatMap { row in (0..<6).map { Float(row * 6 + $0) } }
    #expect(try read(rows, of: counting()) == expected)
    #expect(try read(rows, of: counting(chunk: [4, 2, 3], deflate: 1)) == expected)
  }

  @Test func joinsConsecutiveRows() {
    #expect(runs(of: [2, 3, 4, 8, 9]).map(\.rows) == [2..<5, 8..<10])
    #expect(runs(of: [8, 9, 2, 3]).map(\.rows) == [2..<4, 8..<10])
    #expect(runs(of: [8, 9, 2, 3]).map(\.slot) == [2, 0])
    #expect(runs(of: [1, 1]).map(\.rows) == [1..<2, 1..<2])
    #expect(runs(of: []).isEmpty)
  }

  @Test func writesPartsOfADataset() throws {
    let file = try File.inMemory()
    let dataset = try file.createDataset("/x", shape: [4, 2], type: .int16, chunk: [3, 2])
    try [Float]([5, 6, 7, 8]).withUnsafeBytes {
      try dataset.write(rows: 1..<3, as: .float32, from: $0)
    }
    #expect(try dataset.readAll(as: Int16.self) == [0, 0, 5, 6, 7, 8, 0, 0])
  }

  @Test func scalarsVectorsAndEmptyDatasets() throws {
    let file = try File.inMemory()
    try file.write("/scalar", shape: [], values: [Float(2.5)])
    try file.write("/vector", shape: [3], values: [Int64(1), 2, 3])
    try file.write("/empty", shape: [0, 4], values: [Float](), chunk: [8, 4], deflate: 4)
    #expect(try file.dataset("/scalar").readAll(as: Double.self) == [2.5])
    #expect(try file.dataset("/scalar").rowCount == 1)
    #expect(try read([2, 0], of: file.dataset("/vector")) == [3, 1])
    #expect(try file.dataset("/empty").shape == [0, 4])
    #expect(try file.dataset("/empty").readAll(as: Float.self).isEmpty)
  }

  @Test func aDatasetKeepsItsFileOpen() throws {
    func open() throws -> Dataset { try counting() }
    #expect(try open().readAll(as: Int.self).last == 59)
  }

  @Test func manyThreadsShareTheQueue() async throws {
    let dataset = try counting(chunk: [3, 2, 3], deflate: 1)
    try await withThrowingTaskGroup(of: [Int32].self) { group in
      for _ in 0..<50 { group.addTask { try dataset.readAll(as: Int32.self) } }
      for try await values in group { #expect(values == (0..<60).map { Int32($0) }) }
    }
  }
}
