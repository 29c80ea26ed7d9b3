import Foundation
import Testing

@testable import Launching

/// A folder with commands that stand in for those of a scheduler: each writes its words, parted by NULs, into `calls`, and
/// does as it is told by a variable of its name.
///
/// `STEP` is what the ranks do: a number is their exit code; `wait` ends with 3 at SIGUSR1; `late` dies of it.
/// `STOPPED` is what the program writes into the run directory before. `STATE` is what squeue says of the
/// job's state, after it has failed `SILENT` times.
final class StandIns {
  let folder: String

  init() throws {
    let name = "stand-ins-\(UUID().uuidString)"
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    for part in ["bin", "calls", "work/bin"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    for command in ["srun", "mpirun"] { try add(command, Self.step) }
    for command in ["scontrol", "qrerun"] { try add(command, "exit \"${REQUEUE:-0}\"") }
    try add("squeue", Self.squeue)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Lets scripts wait for nothing.
  func doNotSleep() throws { try add("sleep", "exit 0") }

  private static let squeue = #"""
    (($(ls "$STAND_INS/calls" | grep -c squeue) > ${SILENT:-0})) || exit 1
    case "$*" in *%T*) echo "${STATE-RUNNING}" ;; *) echo "${END:-N/A}" ;; esac
    """#

  private static let step = #"""
    if [[ -n ${STOPPED:-} ]]; then
      mkdir -p runs/quickstart && printf '%s\n' "$STOPPED" >runs/quickstart/stopped
    fi
    case ${STEP:-0} in
      wait) trap 'exit 3' USR1 ;;
      late) trap - USR1 ;;
      *) exit "${STEP:-0}" ;;
    esac
    touch "$STAND_INS/ready"
    for ((i = 0; i < 600; i++)); do sleep 0.05; done
    exit 77
    """#

  private func add(_ command: String, _ body: String) throws {
    let record = #"""
      #!/bin/bash
      n=$(ls "$STAND_INS/calls" | wc -l)
      printf -v n %05d "$n"
      printf '%s\0' "$@" >"$STAND_INS/calls/$n-${0##*/}"
      env -0 >"$STAND_INS/environment-${0##*/}"

      """#
    // A file that this process has open for writing cannot be run by any process that another test forks meanwhile.
    let write = #"printf '%s\n' "$1" >"$2" && chmod 755 "$2""#
    let path = "\(folder)/bin/\(command)"
    let result = try Shell.run(["bash", "-c", write, "bash", record + body, path])
    try #require(result.status == 0, "\(result.text)")
  }

  /// The words of each call of a command, in order.
  func calls(_ command: String) throws -> [[String]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/calls")
    return try names.filter { $0.hasSuffix("-" + command) }.sorted().map { name in
      let text = try String(contentsOfFile: "\(folder)/calls/\(name)", encoding: .utf8)
      return text.components(separatedBy: "\0").dropLast()
    }
  }

  /// The variables that a command saw at its last call.
  func environment(_ command: String) throws -> Set<String> {
    let text = try String(contentsOfFile: "\(folder)/environment-\(command)", encoding: .utf8)
    return Set(text.components(separatedBy: "\0"))
  }

  /// Whether a command that was smuggled in has run, anywhere below.
  var isInjected: Bool {
    let files = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
    return files.contains { $0.split(separator: "/").last == "INJECTED" }
  }

  /// Runs a script in `work` as the scheduler would, and sends it a signal once the ranks are there.
  /// - Returns: the exit code and what it said.
  func run(_ script: String, _ variables: [String: String] = [:], signal: Int32? = nil) throws
    -> Shell.Result
  {
    try? FileManager.default.removeItem(atPath: folder + "/ready")
    let path = folder + "/script"
    try script.write(toFile: path, atomically: true, encoding: .utf8)
    let environment = Self.scheduler.merging([
      "PATH": "\(folder)/bin:/usr/bin:/bin", "STAND_INS": folder, "PBS_O_WORKDIR": folder + "/work",
      "LSB_DJOB_HOSTFILE": "hosts", "PBS_NODEFILE": "hosts",
    ]) { $1 }.merging(variables) { $1 }
    let output = folder + "/output"
    let process = try Spawned(
      ["/bin/bash", "-c", #"cd "$1" && exec /bin/bash "$2""#, "bash", folder + "/work", path],
      environment: environment, output: output)
    if let signal { try send(signal, process) }
    let status = process.wait()
    return Shell.Result(status: status, text: try String(contentsOfFile: output, encoding: .utf8))
  }

  private func send(_ signal: Int32, _ process: Spawned) throws {
    for _ in 0..<2000 where !FileManager.default.fileExists(atPath: folder + "/ready") {
      usleep(5000)
    }
    try #require(FileManager.default.fileExists(atPath: folder + "/ready"), "no ranks started")
    kill(process.pid, signal)
  }

  private static let scheduler = [
    "SLURM_JOB_ID": "71", "SLURM_ARRAY_JOB_ID": "70", "SLURM_ARRAY_TASK_ID": "2",
    "PBS_JOBID": "72.server", "PBS_ARRAY_INDEX": "2", "PBS_ARRAYID": "2", "LSB_JOBID": "73",
    "LSB_JOBINDEX": "3",
  ]
}
