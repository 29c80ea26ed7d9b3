import Foundation
import HDF5
import Testing

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
