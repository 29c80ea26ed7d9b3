import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("A run's checkpoints") struct CheckpointStoreTests {
  private func names(_ store: CheckpointStore) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store.directory).sorted()
  }

  @Test func keepsTheNewest() throws {
    try withTemporaryFolder { folder in
      let store = CheckpointStore(runDirectory: folder)
      for step in [5, 10, 100_000_000, 999] { try store.write(someCheckpoint(step: step), keep: 9) }
      // Numbers are compared, not letters.
      #expect(store.list().first == folder + "/checkpoints/step-100000000.h5")
    }
    try withTemporaryFolder { folder in
      let store = CheckpointStore(runDirectory: folder)
      #expect(store.list().isEmpty)
      for step in 1...5 { try store.write(someCheckpoint(step: step), keep: 2) }
      #expect(try names(store) == ["step-00000004.h5", "step-00000005.h5"])
    }
  }

  @Test func newestValidSkipsDamage() throws {
    try withTemporaryFolder { folder in
      let store = CheckpointStore(runDirectory: folder)
      for step in 1...4 { try store.write(someCheckpoint(step: step), keep: 9) }
      try Data("torn".utf8).write(to: URL(fileURLWithPath: store.path(step: 4)))
      truncate(store.path(step: 3), 900)
      try Data("no".utf8).write(to: URL(fileURLWithPath: store.directory + "/step-x.h5"))
      var warnings: [String] = []
      let found = store.newestValid { warnings.append($0) }
      #expect(found?.path == store.path(step: 2))
      #expect(warnings.count == 2 && warnings[0].contains("step-00000004.h5"))
      let first = try Checkpoint(image: #require(found?.image), name: "")
      #expect(first.position.step == 2)
    }
  }

  @Test func aRunThatGoesOnHasNoFuture() throws {
    try withTemporaryFolder { folder in
      let store = CheckpointStore(runDirectory: folder)
      for step in 1...4 { try store.write(someCheckpoint(step: step), keep: 9) }
      try Data("torn".utf8).write(to: URL(fileURLWithPath: store.path(step: 9) + ".partial"))
      try Data("mine".utf8).write(to: URL(fileURLWithPath: store.directory + "/notes.txt"))
      try store.removeAll(after: 2)
      #expect(try names(store) == ["notes.txt", "step-00000001.h5", "step-00000002.h5"])
      try store.removeAll(after: nil)
      #expect(try names(store) == ["notes.txt"])
    }
  }

  @Test func writesWholeFiles() throws {
    try withTemporaryFolder { folder in
      try writeAtomically([1, 2, 3], to: folder + "/a")
      try writeAtomically([4], to: folder + "/a")
      #expect(try readBytes(folder + "/a") == [4])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/a/full", withIntermediateDirectories: true)
      // A folder that is not empty cannot be replaced by a file.
      let text = message { try writeAtomically([1], to: folder + "/a") }
      #expect(text.contains("cannot rename to \(folder)/a"), "\(text)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a") == ["full"])
      #expect(
        message { try writeAtomically([1], to: folder + "/missing/b") }.contains(
          "cannot create \(folder)/missing/b: No such file"))
    }
  }

  @Test(
    arguments: [
      ("a", "."), ("ab", "."), ("/a", "/"), ("/", "/"), ("a/b", "a"), ("/a/b/", "/a"), (".", "."),
      ("../x", ".."), ("a//b", "a"),
    ])
  func folders(path: String, above: String) {
    #expect(folder(of: path) == above)
  }
}
