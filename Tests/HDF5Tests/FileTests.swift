import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func listsDatasetsSorted() throws {
    let file = try File.inMemory()
    #expect(try file.datasetPaths().isEmpty)
    for path in ["/train/labels", "/train/images", "/deep/er/x", "/a", "no-slash", "/größe"] {
      try file.write(path, shape: [1], values: [UInt8(1)])
    }
    #expect(
      try file.datasetPaths() == [
        "/a", "/deep/er/x", "/größe", "/no-slash", "/train/images", "/train/labels",
      ])
    #expect(try file.hasDataset("/deep/er/x") && file.hasDataset("deep/er/x"))
    #expect(try !file.hasDataset("/deep/er") && !file.hasDataset("/nothing/there"))
  }

  @Test func imageOfAFileIsTheFile() throws {
    try withTemporaryFolder { folder in
      let file = try File.inMemory()
      try file.write("/x", shape: [2, 2], values: [1.0, 2, 3, 4])
      try file.setAttribute("name", "value")
      let path = folder + "/image.h5"
      try Data(try file.image()).write(to: URL(fileURLWithPath: path))
      let disk = try File(reading: path)
      #expect(try disk.dataset("/x").readAll(as: Double.self) == [1, 2, 3, 4])
      #expect(try disk.attributeString("name") == "value")
    }
  }

  @Test func sameContentGivesSameBytes() throws {
    func image() throws -> [UInt8] {
      let file = try File.inMemory()
      try file.write("/g/x", shape: [100], values: Array(0..<100), chunk: [10], deflate: 4)
      try file.setAttribute("text", "abc")
      return try file.image()
    }
    let first = try image()
    Thread.sleep(forTimeInterval: 1.1)
    #expect(try image() == first)
  }

  @Test func filesInMemoryAreApart() throws {
    let one = try File.inMemory()
    let two = try File.inMemory()
    try one.write("/one", shape: [1], values: [1])
    try two.write("/two", shape: [1], values: [2])
    let copies = [
      try File(image: one.image(), name: "same"), try File(image: two.image(), name: "same"),
    ]
    #expect(try copies.map { try $0.datasetPaths() } == [["/one"], ["/two"]])
  }

  @Test func closingEndsUse() throws {
    try withTemporaryFolder { folder in
      let file = try File(creating: folder + "/x.h5")
      let dataset = try file.write("/x", shape: [1], values: [1])
      try file.close()
      try file.close()
      #expect(message { _ = try dataset.readAll(as: Int.self) }.contains("already closed"))
      #expect(message { _ = try file.datasetPaths() }.contains("already closed"))
      // Two readers of one file do not disturb each other.
      let first = try File(reading: folder + "/x.h5")
      let second = try File(reading: folder + "/x.h5")
      let kept = try second.dataset("/x")
      try first.close()
      #expect(try kept.readAll(as: Int.self) == [1])
    }
  }

  @Test func atomicCreationLeavesAllOrNothing() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      let path = folder + "/x.h5"
      try File.creatingAtomically(path) { _ = try $0.write("/x", shape: [1], values: [1]) }
      #expect(throws: Stop.self) {
        try File.creatingAtomically(path) { file in
          try file.write("/y", shape: [1], values: [2])
          throw Stop()
        }
      }
      #expect(try File(reading: path).datasetPaths() == ["/x"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.h5"])
      let text = message { try File.creatingAtomically(folder + "/no/x.h5") { _ in } }
      #expect(text.contains("cannot create") && text.contains("No such file"))
    }
  }
}

@Suite struct AttributeTests {
  @Test func everyKindSurvives() throws {
    let file = try File.inMemory()
    try file.write("/g/x", shape: [1], values: [1])
    let long = String(repeating: "lang ", count: 40_000)
    for path in ["/", "/g", "/g/x"] {
      try file.setAttribute("text", "größer", on: path)
      try file.setAttribute("empty", "", on: path)
      try file.setAttribute("long", long, on: path)
      try file.setAttribute("names", ["a", "", "ß"], on: path)
      try file.setAttribute("count", -7, on: path)
      try file.setAttribute("mean", 0.1, on: path)
    }
    let copy = try File(image: file.image(), name: "copy")
    for path in ["/", "/g", "/g/x"] {
      #expect(try copy.attributeString("text", on: path) == "größer")
      #expect(try copy.attributeString("empty", on: path) == "")
      #expect(try copy.attributeString("long", on: path) == long)
      #expect(try copy.attributeStrings("names", on: path) == ["a", "", "ß"])
      #expect(try copy.attributeShape("names", on: path) == [3])
      #expect(try copy.attributeShape("text", on: path) == [])
      #expect(try copy.attributeInt("count", on: path) == -7)
      #expect(try copy.attributeDouble("mean", on: path) == 0.1)
      #expect(try copy.attributeDouble("count", on: path) == -7)
      #expect(
        try copy.attributeNames(on: path) == ["count", "empty", "long", "mean", "names", "text"])
    }
  }

  @Test func replacesAndMisses() throws {
    let file = try File.inMemory()
    try file.setAttribute("x", 1)
    try file.setAttribute("x", "now text")
    #expect(try file.attributeString("x") == "now text")
    #expect(try file.attributeString("y") == nil)
    #expect(try file.attributeInt("y") == nil)
    #expect(try file.attributeDouble("y") == nil)
  }

  @Test func refusesAnotherKind() throws {
    let file = try File.inMemory()
    try file.setAttribute("text", "x")
    try file.setAttribute("number", 1.5)
    #expect(message { _ = try file.attributeInt("text") }.contains("not one integer"))
    #expect(message { _ = try file.attributeInt("number") }.contains("not one integer"))
    #expect(message { _ = try file.attributeDouble("text") }.contains("not one number"))
    #expect(message { _ = try file.attributeString("number") }.contains("not a string"))
    #expect(message { try file.setAttribute("a", 1, on: "/none") }.contains("'/none'"))
  }
}
