import HDF5
import TestSupport
import Testing

@testable import Datasets

/// Imports `text` as a table and lets `body` look at the result.
private func table<T>(
  _ text: String, _ change: (inout CSVImporter.Options) -> Void = { _ in },
  _ body: (File) throws -> T
) throws -> T {
  var options = CSVImporter.Options()
  change(&options)
  return try withTemporaryFolder { folder in
    try write(text, to: folder + "/x.csv")
    return try imported(CSVImporter(folder + "/x.csv", options: options), body)
  }
}

private func errorOf(
  _ text: String, _ change: (inout CSVImporter.Options) -> Void = { _ in }
) throws -> String {
  var options = CSVImporter.Options()
  change(&options)
  return try withTemporaryFolder { folder in
    try write(text, to: folder + "/x.csv")
    return try importError(CSVImporter(folder + "/x.csv", options: options))
  }
}

@Suite struct CSVTests {
  @Test func bytesWithoutHeader() throws {
    try table("1,2,3\n4,5,255\n") { file throws in
      let images = try file.dataset("/train/images")
      #expect(images.shape == [2, 3] && images.elementType == .uint8)
      #expect(try images.readAll(as: UInt8.self) == [1, 2, 3, 4, 5, 255])
      #expect(try file.datasetPaths() == ["/train/images"])
    }
  }

  @Test func floatsWithHeaderAndLabels() throws {
    let text = "\u{FEFF}label,\"a, b\",c\r\n3, -1.5,1e3\r\n\r\n0,\"2\",.25"
    try table(text, { $0.labelColumn = .name("label") }) { file throws in
      let images = try file.dataset("/train/images")
      #expect(images.elementType == .float32)
      #expect(try images.readAll(as: Float.self) == [-1.5, 1000, 2, 0.25])
      #expect(try file.dataset("/train/labels").readAll(as: Int.self) == [3, 0])
      let names = try file.attributeStrings("column_names", on: "/train/images")
      #expect(names == ["a, b", "c"])
    }
  }

  @Test func namedClassesInTheLastColumn() throws {
    let text = "5.1;0.2;setosa\n6.0;1.5;virginica\n5.0;0.3;setosa\n"
    try table(
      text,
      {
        $0.delimiter = ";"
        $0.labelColumn = .index(-1)
      }
    ) { file throws in
      #expect(try file.dataset("/train/labels").readAll(as: Int.self) == [0, 1, 0])
      let names = try file.attributeStrings("class_names", on: "/train/labels")
      #expect(names == ["setosa", "virginica"])
      #expect(try file.dataset("/train/images").shape == [3, 2])
    }
  }

  @Test func aTabMayDelimitEmptyLookingCells() throws {
    try table("1\t2\n3\t4\n", { $0.delimiter = "\t" }) { file throws in
      #expect(try file.dataset("/train/images").shape == [2, 2])
    }
  }

  @Test func headerAsTold() throws {
    try table("1,2\n3,4\n", { $0.header = .present }) { file throws in
      #expect(try file.dataset("/train/images").readAll(as: Int.self) == [3, 4])
    }
    #expect(try errorOf("a,b\n3,4\n", { $0.header = .absent }).contains("line 1, column 1: 'a'"))
  }

  @Test func manyRowsAndLongLines() throws {
    let row = (0..<3000).map { String($0 % 256) }.joined(separator: ",")
    let count = 300  // More than the reader's buffer of 1 MiB in all.
    let text = String(repeating: row + "\n", count: count)
    try table(text) { file throws in
      let images = try file.dataset("/train/images")
      #expect(images.shape == [count, 3000])
      var last = [UInt8](repeating: 0, count: 3000)
      try last.withUnsafeMutableBytes {
        try images.read(rows: count - 1..<count, as: .uint8, into: $0)
      }
      #expect(last == (0..<3000).map { UInt8($0 % 256) })
    }
    let long = (0..<600_000).map { String($0 % 100) }.joined(separator: " ")
    try table(long, { $0.delimiter = " " }) { file throws in
      #expect(try file.dataset("/train/images").shape == [1, 600_000])
    }
  }

  @Test func splitIsExactAndRepeatable() throws {
    let text = (0..<100).map { "\($0),\($0 % 7)\n" }.joined()
    func split(_ seed: UInt64) throws -> [[Int]] {
      try table(
        text,
        {
          $0.labelColumn = .index(1)
          $0.testFraction = 0.25
          $0.seed = seed
        }
      ) { file in
        try ["/train/images", "/train/labels", "/test/images", "/test/labels"].map {
          try file.dataset($0).readAll(as: Int.self)
        }
      }
    }
    let first = try split(1)
    #expect(first[0].count == 75 && first[2].count == 25)
    #expect((first[0] + first[2]).sorted() == Array(0..<100))
    #expect(first[1] == first[0].map { $0 % 7 } && first[3] == first[2].map { $0 % 7 })
    #expect(try split(1) == first)
    #expect(try split(2) != first)
  }

  @Test func everyRowIsAsLikelyToBeSetAside() {
    var counts = [Int](repeating: 0, count: 10)
    for seed in 0..<2000 {
      let split = RowSplit(count: 10, fraction: 0.3, seed: UInt64(seed))
      #expect(split.testCount == 3)
      for (row, isTest) in split.isTest.enumerated() where isTest { counts[row] += 1 }
    }
    // 600 each, with a standard deviation of 20.
    #expect(counts.allSatisfy { abs($0 - 600) < 100 })
  }

  @Test func refusesBadTables() throws {
    #expect(try errorOf("1,2\n3,4\n5\n").contains("line 3 has 1 cells, the first line 2"))
    #expect(try errorOf("a,b\n1,2\n\n1,x2\n").contains("line 4, column 2 ('b'): 'x2' is not a"))
    #expect(try errorOf("1,2\n1,\n").contains("line 2, column 2: '' is not a number"))
    #expect(try errorOf("1,2\n1,nan\n").contains("'nan' is not a number"))
    #expect(try errorOf("1,2\n1,1e999\n").contains("'1e999' is not a number"))
    #expect(try errorOf("").contains("no rows of data"))
    #expect(try errorOf("a,b\n").contains("no rows of data"))
    #expect(try errorOf("a,b\n1,2\n", { $0.labelColumn = .name("c") }).contains("are a, b"))
    #expect(try errorOf("1,2\n", { $0.labelColumn = .name("c") }).contains("it has no header"))
    #expect(try errorOf("1,2\n", { $0.labelColumn = .index(2) }).contains("there are 2"))
    #expect(try errorOf("1\n2\n", { $0.labelColumn = .index(0) }).contains("only a label column"))
    #expect(try errorOf("1,2\n", { $0.testFraction = 1 }).contains("a test fraction of 1.0"))
    #expect(try errorOf("1,2\n", { $0.testFraction = 0.9 }).contains("no row is left"))
    #expect(try errorOf("1,2\n", { $0.delimiter = "→" }).contains("not one ASCII character"))
    #expect(try importError(CSVImporter("/no/x.csv")).contains("cannot open it: No such file"))
  }
}
