import Foundation
import HDF5
import Reporting
import Tensors

/// What a run notes of a start, for whoever wants to do it again: an entry of `environment.json`.
struct StartRecord {
  /// The number of ranks.
  var ranks: Int
  /// The step of the checkpoint that the run goes on from; nil for its beginning.
  var step: Int?
  /// Hosts, kernels and the MPI library.
  var introduction: RunIntroduction

  /// The entry, with the time in seconds since 1970.
  func json(time: Date = Date()) -> JSONValue {
    .object([
      "time": .double(Self.seconds(time)),
      "command": .array(CommandLine.arguments.map { .string($0) }), "ranks": .int(ranks),
      "hosts": .array(introduction.hosts.map { .string($0) }),
      "step": step.map { .int($0) } ?? .null, "version": .string(programVersion),
      "mpi": .string(introduction.library), "openblas": .string(BLAS.configuration),
      "core_type": .string(introduction.coreTypes.joined(separator: ", ")),
      "hdf5": (try? HDF5Library.version).map { .string($0) } ?? .null,
      "cpu": Self.processor.map { .string($0) } ?? .null, "swift": .string(Self.swift),
      "environment": .object(JSONObject(Self.variables.map { ($0.key, .string($0.value)) })),
    ])
  }

  /// Milliseconds are enough.
  static func seconds(_ date: Date) -> Double {
    (date.timeIntervalSince1970 * 1000).rounded() / 1000
  }

  /// The CPU of rank 0 (proc(5), `cpuinfo`).
  private static var processor: String? {
    let bytes = FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data()
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
  }

  /// The compiler's version, as far as a program can ask for it.
  private static var swift: String {
    #if compiler(>=6.4)
      "6.4 or newer"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// Names by which variables begin that change how a run goes. Keys and tokens are not among them.
  private static let interesting = [
    "OMP_", "OPENBLAS_", "GOTO_NUM_THREADS", "SDT_", "OMPI_COMM_WORLD_SIZE", "OMPI_MCA_btl",
    "OMPI_MCA_pml", "OMPI_MCA_mtl", "OMPI_MCA_coll", "OMPI_MCA_rmaps", "OMPI_MCA_hwloc",
    "OMPI_MCA_mpi_", "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_PARTITION",
    "SLURM_JOB_NODELIST", "SLURM_JOB_NUM_NODES", "SLURM_NTASKS", "SLURM_CPUS_PER_TASK",
    "SLURM_ARRAY_", "SLURM_RESTART_COUNT", "SLURM_CPU_BIND_TYPE", "PBS_JOBID", "LSB_JOBID",
  ]

  private static var variables: [(key: String, value: String)] {
    ProcessInfo.processInfo.environment.filter { name, _ in
      interesting.contains { name.hasPrefix($0) }
    }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
