import Foundation

/// How the ranks of one host sum: in memory that they share, or as ranks of several hosts do.
enum Transport: String, CaseIterable {
  case sharedMemory = "auto"
  case messages
}

/// How a program of this package is started on a number of ranks.
enum Launcher {
  private static let environment = ProcessInfo.processInfo.environment

  /// The launcher of the MPI library that the programs were built with: `SDT_MPIRUN`, else `mpirun`.
  static let command = environment["SDT_MPIRUN"] ?? "mpirun"

  /// Whether it is Open MPI's.
  static let isOpenMPI: Bool = {
    let version = try? CommandRun([command, "--version"]).wait(timeout: 20)
    return version?.output.contains("Open MPI") ?? false
  }()

  /// The folder of the release build: that of `SDT_BINARY`, else `.build/release`.
  static func program(_ name: String) throws -> String {
    let path: String
    if let binary = environment["SDT_BINARY"] {
      path = URL(fileURLWithPath: binary).deletingLastPathComponent().path + "/" + name
    } else if environment["CI"] == "true" {
      throw TestError(
        "SDT_BINARY names no release binary of swift-dist-train; cluster/test sets it")
    } else {
      path = FileManager.default.currentDirectoryPath + "/.build/release/" + name
    }
    guard access(path, X_OK) == 0 else {
      throw TestError("there is no \(path): run swift build -c release, or set SDT_BINARY")
    }
    return path
  }

  /// Starts a program of the package.
  /// - Parameters:
  ///   - name: the program.
  ///   - ranks: the number of ranks; nil starts it without a launcher.
  ///   - options: more words for the launcher.
  ///   - transport: how ranks of one host sum.
  ///   - environment: more variables.
  static func start(
    program name: String = "swift-dist-train", _ arguments: [String], ranks: Int?,
    options: [String] = [], transport: Transport = .sharedMemory,
    environment: [String: String] = [:]
  ) throws -> CommandRun {
    let words = try [program(name)] + arguments
    guard let ranks else { return try CommandRun(words, environment: environment) }
    let settings = openMPI.merging(["SDT_TRANSPORT": transport.rawValue]) { $1 }
      .merging(environment) { $1 }
    return try CommandRun([command, "-n", "\(ranks)"] + options + words, environment: settings)
  }

  /// More ranks than cores, perhaps as root. Ranks that wait give their core away.
  private static let openMPI = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
  ]
}
