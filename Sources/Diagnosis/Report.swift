import Foundation
import Reporting
import Training

/// The time of one sum of a buffer over all ranks.
public struct ReductionTime: Codable, Sendable, Equatable {
  /// `shared memory` or `messages`.
  public var transport: String
  /// The size of the buffer.
  public var bytes: Int
  /// The time of one sum, microseconds.
  public var microseconds: Double
  /// Bytes of the buffer a second, in 10⁹.
  public var gigabytesPerSecond: Double { Double(bytes) / microseconds * 1e-3 }
}

/// All that the doctor found, for people or programs.
public struct Report: Sendable {
  /// The number of ranks.
  public var ranks: Int
  /// The hosts, in the order of ranks.
  public var hosts: [String] = []
  /// The findings, in the order of the checks.
  public var findings: [Finding] = []
  /// The best sgemm rate of every rank, 10⁹ operations a second; empty where not measured.
  public var sgemm: [Double] = []
  /// What sums over the ranks cost.
  public var reductions: [ReductionTime] = []

  /// A report without findings.
  public init(ranks: Int) { self.ranks = ranks }

  /// The worst verdict.
  public var verdict: Verdict { findings.map(\.verdict).max() ?? .ok }

  /// 0 without a problem, else 1.
  public var status: ExitStatus { verdict == .problem ? .failed : .done }

  /// The findings, all of a check together.
  public var ordered: [Finding] {
    Check.allCases.flatMap { check in findings.filter { $0.check == check } }
  }

  /// For programs; Documentation/doctor.md tells what is in it.
  public var json: JSONValue {
    .object([
      "schema": .int(1), "program": .string(programVersion), "ranks": .int(ranks),
      "hosts": .array(hosts.map { .string($0) }), "verdict": .string(verdict.rawValue),
      "findings": .array(ordered.map(\.json)),
      "sgemm_gflops": .array(sgemm.map { .double($0) }),
      "all_reduce": .array(reductions.map(\.json)),
    ])
  }
}

extension Finding {
  fileprivate var json: JSONValue {
    .object([
      "check": .string(check.rawValue), "verdict": .string(verdict.rawValue),
      "found": .string(found), "advice": advice.map { .string($0) } ?? .null,
      "ranks": .array(ranks.map { .int($0) }), "hosts": .array(hosts.map { .string($0) }),
    ])
  }
}

extension ReductionTime {
  fileprivate var json: JSONValue {
    .object([
      "transport": .string(transport), "bytes": .int(bytes), "microseconds": .double(microseconds),
      "gigabytes_per_second": .double(gigabytesPerSecond),
    ])
  }
}
