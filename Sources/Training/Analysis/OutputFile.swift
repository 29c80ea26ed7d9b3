import Foundation
import HDF5
import MessagePassing

/// A file that a command is to write.
enum OutputFile {
  /// Checks before the work that its results can be written. Every rank calls this; rank 0 looks.
  static func check(_ paths: [String], _ communicator: Communicator) throws {
    try together(communicator) {
      guard communicator.rank == 0 else { return }
      for path in paths { try check(path) }
      guard Set(paths).count == paths.count else {
        throw UsageError("two results cannot go to the same file \(paths[0]); name them apart")
      }
    }
  }

  private static func check(_ path: String) throws {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard access(folder, W_OK) == 0 else {
      throw UsageError("cannot write \(path): \(folder) is no folder that you may write in")
    }
    var isDirectory = ObjCBool(false)
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard !(exists && isDirectory.boolValue) else {
      throw UsageError("cannot write \(path): it is a folder; name a file")
    }
  }

  /// Creates an HDF5 file at once or not at all. What cannot be written is no bad input.
  static func create(_ path: String, _ body: (File) throws -> Void) throws {
    do { try File.creatingAtomically(path, body) } catch { throw WriteError("\(error)") }
  }
}
