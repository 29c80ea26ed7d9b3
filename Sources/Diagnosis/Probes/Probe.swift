import Foundation
import Tensors

/// A question that a process of its own answers, since it touches files, or needs OpenBLAS with other
/// kernels. The program starts itself with it: `doctor --probe '{"kind":…}'`.
public struct Probe: Codable, Sendable {
  /// What is asked.
  public enum Kind: String, Codable, Sendable {
    /// Hashes of the program and the configuration.
    case files
    /// What the dataset is like.
    case dataset
    /// What the run directory can do.
    case runDirectory
    /// How fast the kernels of this process's environment are.
    case kernels
  }

  /// What is asked.
  public var kind: Kind
  /// The configuration file, for `files` and, on rank 0, for `dataset`.
  public var configuration: String?
  /// `key=value`, applied on top.
  public var settings: [String] = []
  /// Whether rank 0 asks, who needs to know more.
  public var isFirst = false
  /// What a run would do.
  public var plan = Plan()

  /// A question.
  public init(_ kind: Kind) { self.kind = kind }

  /// Answers on standard output. The process does nothing else.
  public static func answer(_ request: String) throws {
    let probe = try JSONDecoder().decode(Probe.self, from: Data(request.utf8))
    let bytes: Data
    switch probe.kind {
    case .files: bytes = try probe.encoded { try FileFacts(probe) }
    case .dataset: bytes = try probe.encoded { try DatasetFacts(probe) }
    case .runDirectory: bytes = try probe.encoded { try StorageFacts(probe) }
    case .kernels: bytes = try probe.encoded { KernelRate() }
    }
    try FileHandle.standardOutput.write(contentsOf: bytes)
  }

  private func encoded<Facts: Codable & Sendable>(_ body: () throws -> Facts) throws -> Data {
    let outcome: Outcome<Facts>
    do { outcome = .done(try body()) } catch { outcome = .failed("\(error)") }
    return try JSONEncoder().encode(outcome)
  }

  /// Asks, in a process of its own.
  func ask<Facts: Codable & Sendable>(
    _ type: Facts.Type, seconds: Double, environment: [String: String?] = [:]
  ) -> Outcome<Facts> {
    guard let request = try? JSONEncoder().encode(self) else { return .failed("no question") }
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    // It is no rank.
    let none: [String: String?] = [
      "OMPI_COMM_WORLD_RANK": nil, "PMI_RANK": nil, "PMIX_RANK": nil, "MV2_COMM_WORLD_RANK": nil,
    ]
    var child = ChildProcess(
      program, ["doctor", "--probe", String(decoding: request, as: UTF8.self)],
      environment: none.merging(environment) { $1 })
    child.cleansUp = true
    switch child.run(seconds: seconds) {
    case .done(let output):
      let answer = try? JSONDecoder().decode(Outcome<Facts>.self, from: Data(output.text.utf8))
      return answer ?? .failed("the process that looked ended with exit code \(output.status)")
    case .failed(let reason): return .failed(reason)
    case .late: return .late
    }
  }
}
