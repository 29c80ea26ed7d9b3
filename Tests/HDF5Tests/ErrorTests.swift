import Foundation
import HDF5
import TestSupport
import Testing

/// Writes `bytes` to a file in a temporary folder; returns the error of opening it.
private func errorOfOpening(_ bytes: [UInt8]) throws -> String {
  try withTemporaryFolder { folder in
    let path = folder + "/x.h5"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return message { _ = try File(reading: path) }
  }
}

private func exampleImage() throws -> [UInt8] {
  let file = try File.inMemory()
  try file.write("/x", shape: [1000], values: Array(0..<1000))
  return try file.image()
}

#if os(Linux)
  // The Glibc module lacks <sys/fsuid.h>.
  @_silgen_name("setfsuid") private func setfsuid(_ user: UInt32) -> Int32
#endif

/// Runs `body` with the file permissions of nobody in particular: the superuser may read everything.
private func withoutPrivileges<T>(_ body: () -> T) -> T {
  #if os(Linux)
    _ = setfsuid(65534)  // Of this thread only; nothing happens for an ordinary user.
    defer { _ = setfsuid(geteuid()) }
  #endif
  return body()
}

@Suite struct ErrorTests {
  @Test func missingFile() {
    let text = message { _ = try File(reading: "/no/such/file.h5") }
    #expect(text == "cannot open '/no/such/file.h5': no such file")
  }

  @Test func directory() {
    #expect(message { _ = try File(reading: "/tmp") }.contains("it is a directory"))
    #expect(message { _ = try File(reading: "/dev/null") }.contains("not a regular file"))
  }

  @Test func emptyAndForeignFiles() throws {
    #expect(try errorOfOpening([]).hasSuffix("the file is empty"))
    #expect(try errorOfOpening(Array("hello, this is text".utf8)).hasSuffix("not an HDF5 file"))
    #expect(message { _ = try File(image: [], name: "x") }.hasSuffix("the file is empty"))
    #expect(message { _ = try File(image: [1, 2], name: "x") }.hasSuffix("not an HDF5 file"))
  }

  @Test(arguments: [0.3, 0.6, 0.99])
  func truncatedFile(_ part: Double) throws {
    let image = try exampleImage()
    let text = try errorOfOpening(Array(image.prefix(Int(Double(image.count) * part))))
    #expect(text.contains("the HDF5 file is cut off"))
  }

  @Test func lockedFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.h5"
      try Data(try exampleImage()).write(to: URL(fileURLWithPath: path))
      let holder = open(path, O_RDWR | O_CLOEXEC)
      defer { _ = close(holder) }
      try #require(holder >= 0 && flock(holder, LOCK_EX | LOCK_NB) == 0)
      let text = message { _ = try File(reading: path) }
      #expect(text.contains("another process has it open for writing"))
      // A writer that is about to close is waited for.
      Thread.detachNewThread {
        usleep(100_000)
        _ = flock(holder, LOCK_UN)
      }
      _ = try File(reading: path)
    }
  }

  @Test func unreadableFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.h5"
      try Data(try exampleImage()).write(to: URL(fileURLWithPath: path))
      chmod(path, 0)
      let text = withoutPrivileges { message { _ = try File(reading: path) } }
      #expect(text.hasSuffix("no permission to read it"))
    }
  }

  @Test func unknownDatasetListsThoseThatExist() throws {
    let file = try File.inMemory()
    #expect(message { _ = try file.dataset("/x") }.contains("it has no datasets"))
    try file.write("/train/images", shape: [1], values: [1])
    try file.write("/train/labels", shape: [1], values: [1])
    for path in ["/train/image", "/train", "nothing"] {
      let text = message { _ = try file.dataset(path) }
      #expect(text.contains("'\(path)'"))
      #expect(text.contains("its datasets are /train/images, /train/labels"))
    }
  }

  @Test func wrongRowsBuffersAndTypes() throws {
    let file = try File.inMemory()
    let dataset = try file.write("/x", shape: [4, 2], values: Array(0..<8))
    var bytes = [UInt8](repeating: 0, count: 16)
    func read(_ rows: Range<Int>, _ type: ElementType) -> String {
      message {
        try bytes.withUnsafeMutableBytes { try dataset.read(rows: rows, as: type, into: $0) }
      }
    }
    #expect(read(2..<5, .uint8).contains("has 4 rows, no rows 2..<5"))
    #expect(read(-1..<1, .uint8).contains("no rows -1..<1"))
    #expect(read(0..<4, .float32).contains("take 32 bytes, and the buffer has 16"))
    #expect(read(0..<1, .other("string")).contains("cannot be converted"))
    let list = message {
      try bytes.withUnsafeMutableBytes { try dataset.read(rowList: [0, 4], as: .uint8, into: $0) }
    }
    #expect(list.contains("has 4 rows"))
  }

  @Test func wrongCreation() throws {
    let file = try File.inMemory()
    try file.write("/x", shape: [2], values: [1, 2])
    #expect(message { try file.write("/x", shape: [1], values: [1]) }.contains("'/x'"))
    #expect(message { try file.write("/y", shape: [3], values: [1]) }.contains("1 values"))
    #expect(message { try file.write("/x/y", shape: [1], values: [1]) }.contains("'/x/y'"))
    func create(_ shape: [Int], chunk: [Int]?, deflate: Int?) -> String {
      message {
        _ = try file.createDataset("/z", shape: shape, type: .int8, chunk: chunk, deflate: deflate)
      }
    }
    #expect(create([2], chunk: nil, deflate: 4).contains("needs a chunk"))
    #expect(create([2], chunk: [1, 1], deflate: nil).contains("does not fit"))
    #expect(create([-2], chunk: nil, deflate: nil).contains("[-2]"))
  }

  @Test func writingToAReadOnlyFile() throws {
    let file = try File(image: exampleImage(), name: "read only")
    #expect(message { try file.write("/y", shape: [1], values: [1]) }.contains("'/y'"))
    #expect(message { try file.setAttribute("a", 1) }.contains("attribute 'a'"))
  }

  #if os(Linux)
    /// Every write to /dev/full fails like one to a full disk.
    @Test(
      arguments: [(nil, nil), ([10], nil), ([1000], 4)] as [([Int]?, Int?)], [1000, 1_000_000])
    func fullDisk(_ layout: ([Int]?, Int?), _ count: Int) throws {
      let text = message {
        let file = try File(creating: "/dev/full")
        let values = (0..<count).map { Float($0) }
        try file.write(
          "/x", shape: [count], values: values, chunk: layout.0, deflate: layout.1)
        try file.setAttribute("a", "b")
        try file.close()
      }
      #expect(text.contains("'/dev/full'") && text.contains("No space left on device"))
      #expect(!text.contains("errno"))
    }
  #endif
}
