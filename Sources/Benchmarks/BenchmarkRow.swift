import Reporting

/// One line of the table.
public struct BenchmarkRow: Sendable {
  /// The row's name.
  public let name: String
  /// The number of ranks.
  public let ranks: Int
  /// Samples a rank a step; 0 where there are none.
  public var batchPerRank = 0
  /// The median time of a step.
  public var milliseconds: Double
  /// Samples a second over all ranks.
  public var samplesPerSecond: Double?
  /// Floating-point operations of the products alone, a second and rank, in 10⁹.
  public var gigaflops: Double?
  /// That over what this core's sgemm reaches in the same run.
  public var shareOfSgemm: Double?
  /// Bytes of the summed buffer a second, in 10⁹.
  public var gigabytesPerSecond: Double?

  /// The row as JSON; what does not apply is null.
  public var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return .object([
      "name": .string(name), "ranks": .int(ranks), "batch_per_rank": .int(batchPerRank),
      "ms_per_step": .double(milliseconds), "samples_per_second": number(samplesPerSecond),
      "gflops": number(gigaflops), "share_of_sgemm": number(shareOfSgemm),
      "gigabytes_per_second": number(gigabytesPerSecond),
    ])
  }
}

/// All lines, for people or programs.
public struct BenchmarkTable: Sendable {
  /// The lines.
  public var rows: [BenchmarkRow]
  /// The sgemm rate of rank 0's core, 10⁹ operations a second.
  public var sgemm: Double
  /// The kernels that OpenBLAS chose.
  public var coreType: String

  /// For programs: {"rows": […]}.
  public var json: JSONValue {
    .object([
      "sgemm_gflops": .double(sgemm), "core_type": .string(coreType),
      "rows": .array(rows.map(\.json)),
    ])
  }

  /// For people.
  public var text: String {
    var table = Table([
      .left("row"), .right("ranks"), .right("batch/rank"), .right("ms/step"), .right("samples/s"),
      .right("GFLOP/s"), .right("of sgemm"), .right("GB/s"),
    ])
    for row in rows {
      table.add([
        row.name, "\(row.ranks)", row.batchPerRank > 0 ? "\(row.batchPerRank)" : "",
        row.milliseconds.formatted(3), row.samplesPerSecond.map { Format.rate($0) } ?? "",
        row.gigaflops.map { $0.formatted(1) } ?? "",
        row.shareOfSgemm.map { "\(($0 * 100).formatted(1)) %" } ?? "",
        row.gigabytesPerSecond.map { $0.formatted(2) } ?? "",
      ])
    }
    return "OpenBLAS \(coreType), sgemm \(sgemm.formatted(1)) GFLOP/s on this core in this run\n"
      + table.text()
  }
}
