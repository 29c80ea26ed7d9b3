import Foundation
import Testing

/// Several hosts on this machine, by `cluster/emulate-hosts`, gone with this object.
final class EmulatedHosts {
  /// The folder of the project.
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  let name: String
  /// The program that stands in for ssh.
  private(set) var agent = ""

  /// - Throws: `TestError` with the reason when there can be no hosts here.
  init(_ count: Int) throws {
    name = "t" + String(UInt32.random(in: 0...UInt32.max), radix: 36)
    try call("up", "\(count)")
    agent = try call("agent").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit { _ = try? call("down") }

  /// Hosts, or nil where this machine cannot have any: that is said, and where it must have them
  /// (`CI=true`) it is a failure.
  static func make(_ count: Int) throws -> EmulatedHosts? {
    do {
      guard Launcher.isOpenMPI else { throw TestError("mpirun is not Open MPI's") }
      return try EmulatedHosts(count)
    } catch {
      guard ProcessInfo.processInfo.environment["CI"] != "true" else { throw error }
      FileHandle.standardError.write(Data("skipped: no emulated hosts: \(error)\n".utf8))
      return nil
    }
  }

  /// The name of a host; they count from 1.
  func host(_ number: Int) -> String { "\(name)-\(number)" }

  private func words(_ arguments: [String]) -> [String] {
    [Self.project + "/cluster/emulate-hosts", "--name", name] + arguments
  }

  /// Runs a command of the script.
  @discardableResult
  func call(_ arguments: String...) throws -> String {
    let result = try CommandRun(words(arguments)).wait(timeout: 60)
    guard result.status == 0 else { throw TestError(result.errors) }
    return result.output
  }

  /// Starts ranks by mpirun on host 1, on all hosts.
  func mpirun(_ ranks: Int, slots: Int, _ command: [String]) throws -> CommandRun {
    let arguments = ["mpirun", "--slots", "\(slots)", "-n", "\(ranks)"] + command
    return try CommandRun(words(arguments), environment: Self.openMPI)
  }

  /// Starts a command on a host, with what Open MPI must know of the network.
  func start(on number: Int, _ command: [String]) throws -> CommandRun {
    var settings = Self.openMPI
    let parameters = [
      "plm_rsh_no_tree_spawn": "1", "btl": "tcp,self,vader", "pml": "ob1",
      "btl_tcp_if_include": "e0", "oob_tcp_if_include": "e0",
    ]
    for (name, value) in parameters { settings["OMPI_MCA_\(name)"] = value }
    return try CommandRun(words(["run", "\(number)"] + command), environment: settings)
  }

  /// As root, and more ranks than cores: those that wait give their core away.
  private static let openMPI = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
  ]
}

extension Trial {
  /// The words that train on several hosts.
  func words(_ run: String, _ settings: [String], arguments: [String] = []) throws -> [String] {
    [
      try Launcher.program("swift-dist-train"), "train", folder + "/trial.yaml", "--run-dir",
      path(run),
    ]
      + arguments + settings.flatMap { ["--set", $0] }
  }
}
