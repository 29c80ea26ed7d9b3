import Datasets
import Foundation
import HDF5
import TestSupport
import Testing

/// The one line that `body` fails with; records an issue when it does not fail.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    Issue.record("no error was thrown")
    return ""
  } catch {
    #expect(error is DatasetError || error is HDF5Error)
    let text = "\(error)"
    #expect(!text.contains("\n"))
    return text
  }
}

/// The error of importing, which must leave no output behind.
func importError(_ importer: some DatasetImporter) throws -> String {
  try withTemporaryFolder { folder throws in
    let text = message { try importer.write(to: folder + "/out.h5") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    return text
  }
}

/// Imports into a file that `body` may look at.
func imported<T>(_ importer: some DatasetImporter, _ body: (File) throws -> T) throws -> T {
  try withTemporaryFolder { folder throws in
    let summary = try importer.write(to: folder + "/out.h5")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.h5"])
    let file = try File(reading: folder + "/out.h5")
    // The fingerprint taken while writing is that of what was written.
    #expect(try file.attributeString("fingerprint") == summary.fingerprint)
    #expect(try Fingerprint.computed(of: file) == summary.fingerprint)
    return try body(file)
  }
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func write(_ text: String, to path: String) throws {
  try write(Array(text.utf8), to: path)
}
