import Foundation
import MessagePassing
import Tensors

/// What a rank knows of its process and host without touching files of users.
public struct MachineFacts: Codable, Sendable {
  /// How it was started.
  public var launcher: LauncherFacts
  /// The cores that it may use.
  public var cores: CoreFacts
  /// The kernels that OpenBLAS has chosen.
  public var kernels: KernelFacts
  /// Memory and limits.
  public var memory: MemoryFacts
}

/// How a rank was started.
public struct LauncherFacts: Codable, Sendable {
  /// The MPI library's name and version (`MPI_Get_library_version`); nil without MPI.
  public var library: String?
  /// The number of ranks that MPI sees.
  public var size: Int
  /// What the launcher on the PATH says of itself (`mpirun --version`); nil where there is none, or on
  /// other ranks than 0.
  public var launcher: String?
  /// The launcher's variables.
  public var environment: [String: String]

  /// Facts.
  public init(
    library: String?, size: Int, launcher: String?, environment: [String: String]
  ) {
    (self.library, self.size, self.launcher) = (library, size, launcher)
    self.environment = environment
  }

  init(_ communicator: RankIdentity, seconds: Double) {
    library = communicator.library
    size = communicator.size
    environment = variables(["OMPI_COMM_", "PMI", "MV2_COMM", "SLURM_", "PBS_", "LSB_", "SDT_"])
    guard communicator.rank == 0 else { return }
    let program = ProcessInfo.processInfo.environment["SDT_MPIRUN"] ?? "mpirun"
    if case .done(let output) = ChildProcess(program, ["--version"]).run(seconds: seconds),
      output.status == 0
    {
      // That of MPICH has a line for its version.
      let lines = output.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      let version = lines.first { $0.hasPrefix("Version:") }
      launcher = [lines.first, version].compactMap { $0 }.joined(separator: " ")
    }
  }
}

/// What a thread that does not call MPI knows of the ranks.
struct RankIdentity: Sendable {
  let rank: Int
  let size: Int
  let library: String?

  init(_ communicator: Communicator) {
    (rank, size, library) = (communicator.rank, communicator.size, communicator.libraryVersion)
  }
}

/// The kernels that OpenBLAS has chosen, and what the CPU could do.
public struct KernelFacts: Codable, Sendable {
  /// Their name (`openblas_get_corename`).
  public var coreType: String
  /// Version and options of the library (`openblas_get_config`).
  public var configuration: String
  /// The features of the CPU, of /proc/cpuinfo.
  public var features: Set<String>
  /// Its name.
  public var processor: String
  /// The variables that change kernels or how they cut matrices.
  public var environment: [String: String]

  /// Facts.
  public init(
    coreType: String, configuration: String = "", features: Set<String>, processor: String = "",
    environment: [String: String] = [:]
  ) {
    (self.coreType, self.configuration, self.features) = (coreType, configuration, features)
    (self.processor, self.environment) = (processor, environment)
  }

  init() {
    let lines = text(of: "/proc/cpuinfo").split(separator: "\n")
    func field(_ name: String) -> String {
      let line = lines.first { $0.hasPrefix(name) }
      return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? ""
    }
    coreType = BLAS.coreType
    configuration = BLAS.configuration
    let flags = field("flags").isEmpty ? field("Features") : field("flags")
    let known = CoreType.features
    features = Set(flags.split(separator: " ").map(String.init)).intersection(known)
    processor = field("model name")
    environment = variables(["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_BLOCK_FACTOR"])
  }
}

/// The variables of the environment whose names begin so.
func variables(_ prefixes: [String]) -> [String: String] {
  ProcessInfo.processInfo.environment.filter { entry in
    prefixes.contains { entry.key.hasPrefix($0) }
  }
}

/// What the kernel says in a file of /proc or /sys; empty where there is none.
func text(of path: String) -> String {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
}
