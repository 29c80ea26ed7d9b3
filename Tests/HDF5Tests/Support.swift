import Foundation
import HDF5
import Testing

/// Runs `body` with the path of a new empty folder, which goes afterwards.
func withTemporaryFolder<T>(_ body: (String) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "hdf5-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The description of the `HDF5Error` that `body` throws; records an issue when it throws none.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    Issue.record("no error was thrown")
    return ""
  } catch let error as HDF5Error {
    #expect(!error.description.contains("\n"))
    return error.description
  } catch {
    Issue.record("another error: \(error)")
    return ""
  }
}
