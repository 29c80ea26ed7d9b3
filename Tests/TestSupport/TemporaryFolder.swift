import Foundation

/// Runs `body` with the path of a new empty folder, which goes afterwards.
/// - Throws: what `body` throws, or `CocoaError` where no folder can be made.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "swift-dist-train-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
