import ArgumentParser
import Foundation
import Launching
import Training

extension MPIFlavor: ExpressibleByArgument {}
extension Binding: ExpressibleByArgument {}
extension PBSDialect: ExpressibleByArgument {}

/// What all kinds of launches are told.
struct LaunchArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The configuration, YAML.", valueName: "config"))
  var file: String

  @Argument(parsing: .postTerminator, help: "After --: more words for train or sweep.")
  var more: [String] = []

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as model.hidden=200; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(name: .customLong("run-dir"), help: "Where results go. (default: runs/<name>)")
  var runDirectory: String?

  @Option(
    help: ArgumentHelp(
      "Train so many values of a key, each in a run directory of its own.",
      valueName: "key=value,value,…"))
  var sweep: String?

  @Option(help: "The number of ranks, wherever there is room.")
  var ranks: Int?

  @Option(help: "The number of nodes; goes with --tasks-per-node.")
  var nodes: Int?

  @Option(help: "Ranks a node.")
  var tasksPerNode: Int?

  @Option(help: "Cores a rank. (default: as many as training.blas_threads, or --threads)")
  var cpusPerTask: Int?

  @Option(help: "What a rank is bound to: none, hwthread, core, numa, socket.")
  var bindTo = Binding.core

  @Option(
    help: "Threads that libraries may start in a rank: OMP_NUM_THREADS, OPENBLAS_NUM_THREADS.")
  var threads = 1

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A variable for all ranks; may be repeated.", valueName: "NAME=VALUE"))
  var env: [String] = []

  @Option(help: "An environment module to load; may be repeated.")
  var module: [String] = []

  @Option(
    help: "The words before the program, such as 'apptainer exec image.sif'; quotes as in a shell.")
  var container: String?

  @Option(help: "The path of swift-dist-train there. (default: this one; in a container, by name)")
  var program: String?

  @Option(help: "The name or path of mpirun.")
  var mpirun = "mpirun"

  @Option(help: "Whose mpirun it is: open-mpi or mpich.")
  var mpiFlavor = MPIFlavor.openMPI

  @Option(help: "A file that lists hosts, in the form of mpirun.")
  var hostfile: String?

  @Option(
    name: .customLong("launcher-extra"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A word for mpirun or srun; may be repeated.", valueName: "word"))
  var launcherExtra: [String] = []

  @Option(help: "Write the script to this file, which can then be run.")
  var output: String?

  @Flag(help: "Replace the file of --output.")
  var force = false
}

extension LaunchArguments {
  /// The plan, checked against the configuration.
  /// - Parameters:
  ///   - resources: completes what is asked for.
  ///   - hosts: those of mpirun.
  func plan(hosts: [HostSlots] = [], _ resources: (inout Resources) throws -> Void = { _ in })
    throws -> LaunchPlan
  {
    try checkWords()
    let outline = try RunOutline(configuration: file, settings: settings, over: sweep)
    let cores = cpusPerTask ?? max(outline.blasThreads, threads)
    if cores != outline.blasThreads {
      say(
        "warning: a rank has cores: \(cores), but training.blas_threads is \(outline.blasThreads), which alone "
          + "says how many it computes with")
    }
    var asked = try Resources(layout: layout(hosts), cpusPerTask: cores)
    try resources(&asked)
    try asked.check(shards: outline.shards)
    return try LaunchPlan(
      command: command(outline), resources: asked,
      mpirun: MpirunCommand(
        launcher: mpirun, flavor: mpiFlavor, layout: asked.layout, cpusPerTask: cores,
        binding: bindTo, hosts: hosts, hostfile: hostfile, extra: launcherExtra),
      modules: module,
      environment: try EnvironmentVariable.threads(threads)
        + env.map { try EnvironmentVariable(parsing: $0) })
  }

  /// Writes the script to its file, or to standard output.
  func write(_ script: String) throws {
    guard let output else {
      try FileHandle.standardOutput.write(contentsOf: Data(script.utf8))
      return
    }
    try ScriptFile.write(script, to: output, replaces: force)
    say("wrote \(output)")
  }

  private func command(_ outline: RunOutline) throws -> TrainingCommand {
    let prefix = try container.map { try ShellWord.split($0, what: "--container") } ?? []
    let own = prefix.isEmpty ? Bundle.main.executablePath ?? "swift-dist-train" : "swift-dist-train"
    return TrainingCommand(
      program: program ?? own, configuration: file,
      runDirectory: runDirectory ?? outline.directory, settings: settings,
      sweep: sweep.map { TrainingCommand.Sweep(over: $0, count: outline.values) },
      container: prefix, arguments: more)
  }

  private func layout(_ hosts: [HostSlots]) throws -> RankLayout {
    switch (ranks, nodes, tasksPerNode) {
    case (let ranks?, nil, nil): return .ranks(ranks)
    case (nil, let nodes?, let tasks?): return .nodes(nodes, tasksPerNode: tasks)
    case (nil, nil, nil) where !hosts.isEmpty: return .ranks(hosts.map(\.slots).reduce(0, +))
    default:
      throw LaunchError(
        "say how many ranks there are: --ranks N, or --nodes N with --tasks-per-node M, and not both"
      )
    }
  }

  /// Words that the script gives itself, or that would undo what was done before a requeue.
  private func checkWords() throws {
    let own = ["--resume", "--run-dir", "--set", "--over", "--task"]
    for word in more where own.contains(where: { word == $0 || word.hasPrefix($0 + "=") }) {
      throw LaunchError(
        "\(word) cannot follow --: a launched run goes on from its newest checkpoint, and the rest are options "
          + "of launch (--run-dir, --set, --sweep)")
    }
    // A word that nobody knows must not wait in a queue for hours first.
    do {
      if let sweep {
        _ = try SweepCommand.parse([file, "--over", sweep] + more)
      } else {
        _ = try TrainCommand.parse([file] + more)
      }
    } catch {
      let command = sweep == nil ? "train" : "sweep"
      throw LaunchError("after --, for \(command): \(TrainCommand.message(for: error))")
    }
  }
}

/// A line on standard error that is no error.
private func say(_ note: String) {
  try? FileHandle.standardError.write(contentsOf: Data((note + "\n").utf8))
}
