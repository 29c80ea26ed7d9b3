/// The MPI library whose `mpirun` starts the ranks: their options differ.
public enum MPIFlavor: String, Sendable, CaseIterable {
  /// Open MPI's `mpirun(1)`.
  case openMPI = "open-mpi"
  /// MPICH's `mpiexec.hydra(1)`.
  case mpich
}

/// What a rank is kept on.
public enum Binding: String, Sendable, CaseIterable {
  case none, hwthread, core, numa, socket
}

/// A command line of `mpirun`.
public struct MpirunCommand: Sendable, Equatable {
  /// The name or path of `mpirun`.
  public var launcher: String
  /// Whose it is.
  public var flavor: MPIFlavor
  /// The ranks.
  public var layout: RankLayout
  /// Cores of a rank.
  public var cpusPerTask: Int
  /// What ranks are bound to.
  public var binding: Binding
  /// The hosts, with the number of ranks that each takes; empty leaves them to `mpirun` and its
  /// scheduler.
  public var hosts: [HostSlots]
  /// A file of hosts, in the launcher's own form; nil when there is none.
  public var hostfile: String?
  /// The names of variables that ranks on other hosts get from this one.
  public var exported: [String]
  /// More words for `mpirun`.
  public var extra: [String]

  /// A command line.
  public init(
    launcher: String = "mpirun", flavor: MPIFlavor = .openMPI, layout: RankLayout,
    cpusPerTask: Int = 1, binding: Binding = .core, hosts: [HostSlots] = [],
    hostfile: String? = nil, exported: [String] = [], extra: [String] = []
  ) {
    (self.launcher, self.flavor, self.layout) = (launcher, flavor, layout)
    (self.cpusPerTask, self.binding) = (cpusPerTask, binding)
    (self.hosts, self.hostfile, self.exported, self.extra) = (hosts, hostfile, exported, extra)
  }

  /// The words up to those of the program: `mpirun -n 4 --bind-to core …`.
  public var words: [String] {
    switch flavor {
    case .openMPI: [launcher] + openMPI + extra
    case .mpich: [launcher] + hydra + extra
    }
  }

  /// All words, for `execvp`.
  /// - Parameter program: the program and its arguments.
  public func arguments(running program: [String]) -> [String] { words + program }

  /// `--map-by …:PE=n` gives each rank n cores; it places ranks too, so nothing else may.
  private var openMPI: [String] {
    var words = ["-n", "\(layout.ranks)"]
    if case .nodes(_, let tasks) = layout {
      words += ["--map-by", "ppr:\(tasks):node" + (cpusPerTask > 1 ? ":PE=\(cpusPerTask)" : "")]
    } else if cpusPerTask > 1 {
      words += ["--map-by", "slot:PE=\(cpusPerTask)"]
    }
    words += ["--bind-to", binding.rawValue]
    if !hosts.isEmpty { words += ["--host", hosts.map(\.text).joined(separator: ",")] }
    if let hostfile { words += ["--hostfile", hostfile] }
    return words + exported.flatMap { ["-x", $0] }
  }

  /// Hydra gives ranks the whole environment of `mpirun`, on all hosts.
  private var hydra: [String] {
    var words = ["-n", "\(layout.ranks)"]
    if case .nodes(_, let tasks) = layout { words += ["-ppn", "\(tasks)"] }
    let cores = binding == .core && cpusPerTask > 1 ? ":\(cpusPerTask)" : ""
    words += ["-bind-to", binding.rawValue + cores]
    if !hosts.isEmpty { words += ["-hosts", hosts.map(\.text).joined(separator: ",")] }
    if let hostfile { words += ["-f", hostfile] }
    return words
  }
}
