import Foundation
import Tensors
import Training

/// The program and the configuration as a rank's host sees them.
public struct FileFacts: Codable, Sendable {
  /// SHA-256 of the program.
  public var program: String
  /// SHA-256 of the configuration's text; nil where none was named, or it cannot be read.
  public var configuration: String?
  /// Why it cannot be read.
  public var unreadable: String?
  /// What rank 0 makes of it.
  public var plan: Plan?
  /// Why rank 0 can make nothing of it.
  public var badInput: String?

  /// Facts.
  public init(program: String, configuration: String? = nil, unreadable: String? = nil) {
    (self.program, self.configuration, self.unreadable) = (program, configuration, unreadable)
  }

  init(_ probe: Probe) throws {
    program = try hash(of: "/proc/self/exe")
    guard let file = probe.configuration else { return }
    guard let data = FileManager.default.contents(atPath: file) else {
      unreadable = "cannot read the configuration \(file)"
      badInput = "\(unreadable!); name a YAML file that exists"
      return
    }
    var sha = SHA256()
    data.withUnsafeBytes { sha.update($0) }
    configuration = sha.hex
    guard probe.isFirst else { return }
    do {
      plan = Plan(try probe.read(String(decoding: data, as: UTF8.self), file))
    } catch {
      badInput = "\(error)"
    }
  }
}

extension Probe {
  /// The configuration.
  func read(_ text: String, _ file: String) throws -> RunConfiguration {
    let configuration = try RunConfiguration(text: text, file: file, settings: settings)
    try configuration.model.check(configuration)
    return configuration
  }
}

/// SHA-256 of a file's content.
func hash(of path: String) throws -> String {
  let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
  defer { try? file.close() }
  var sha = SHA256()
  while let piece = try file.read(upToCount: 4 << 20), !piece.isEmpty {
    piece.withUnsafeBytes { sha.update($0) }
  }
  return sha.hex
}
