/// How many ranks there are, and how they lie on nodes.
public enum RankLayout: Sendable, Equatable {
  /// So many ranks, wherever there is room.
  case ranks(Int)
  /// So many ranks on each of so many nodes.
  case nodes(Int, tasksPerNode: Int)

  /// The number of ranks.
  public var ranks: Int {
    switch self {
    case .ranks(let count): count
    case .nodes(let count, let tasks): count * tasks
    }
  }
}

/// What a job asks for.
public struct Resources: Sendable, Equatable {
  /// The ranks.
  public var layout: RankLayout
  /// Cores of a rank.
  public var cpusPerTask: Int
  /// The limit of time; nil leaves it to the partition.
  public var time: WallTime?
  /// The memory of a node; nil leaves it to the partition.
  public var memory: MemorySize?
  /// Whether nodes are not shared with other jobs.
  public var isExclusive: Bool

  /// What a job asks for.
  /// - Throws: `LaunchError` when a number is out of its range.
  public init(
    layout: RankLayout, cpusPerTask: Int = 1, time: WallTime? = nil, memory: MemorySize? = nil,
    isExclusive: Bool = false
  ) throws {
    (self.layout, self.cpusPerTask) = (layout, cpusPerTask)
    (self.time, self.memory, self.isExclusive) = (time, memory, isExclusive)
    switch layout {
    case .ranks(let count): try Self.check(count, "--ranks")
    case .nodes(let count, let tasks):
      try Self.check(count, "--nodes")
      try Self.check(tasks, "--tasks-per-node")
    }
    try Self.check(cpusPerTask, "--cpus-per-task")
  }

  private static func check(_ value: Int, _ option: String) throws {
    guard (1...65536).contains(value) else {
      throw LaunchError("\(option) is \(value) but must be from 1 to 65536")
    }
  }

  /// - Throws: `LaunchError` when there are more ranks than logical shards.
  /// - Parameters:
  ///   - shards: `training.shards` of the configuration.
  public func check(shards: Int) throws {
    guard layout.ranks <= shards else {
      throw LaunchError(
        "\(layout.ranks) ranks cannot share \(shards) logical shards; ask for at most \(shards) ranks or "
          + "raise training.shards (which changes the result)")
    }
  }
}
