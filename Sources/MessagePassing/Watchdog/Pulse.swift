import Synchronization

/// What the main thread of this process is doing, for the watchdog's thread to read: a few relaxed
/// stores a step, no locks, no allocation.
///
/// Every rank makes the same calls that wait for others, in the same order. So the number of calls that it
/// has come to says who is behind.
public enum Pulse {
  /// What a rank is doing.
  public enum Phase: UInt8, Sendable, CaseIterable {
    /// Before the first step: configuration, data, checkpoint.
    case setUp
    /// Making a batch.
    case load
    /// The objective.
    case compute
    /// Sums over ranks, and updates.
    case reduce
    /// Measuring, and drawing pictures.
    case evaluate
    /// Bringing state together and writing it.
    case checkpoint
    /// After the last step.
    case finish

    /// Such as "loading data".
    public var text: String {
      switch self {
      case .setUp: "setting up"
      case .load: "loading data"
      case .compute: "computing"
      case .reduce: "summing over ranks"
      case .evaluate: "evaluating"
      case .checkpoint: "writing a checkpoint"
      case .finish: "finishing"
      }
    }

    /// Whether others may have to wait without end while the rank is well.
    var mayBeLong: Bool { self == .evaluate || self == .checkpoint }

    /// How many times as long as otherwise others may wait for a rank that is heard. Before the first step
    /// of a stage it may read all its data from a cold disk.
    var patience: Double {
      switch self {
      case .evaluate, .checkpoint: .infinity
      case .setUp: 10
      case .load, .compute, .reduce, .finish: 1
      }
    }
  }

  private static let phaseWord = Atomic<UInt8>(Phase.setUp.rawValue)
  private static let stepWord = Atomic<Int>(0)
  private static let calls = WaitingCalls()

  /// What the main thread is doing. It alone sets this.
  public static var phase: Phase {
    get { Phase(rawValue: phaseWord.load(ordering: .relaxed)) ?? .setUp }
    set { phaseWord.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// The update under way, counted over the run. The main thread alone sets this.
  public static var step: Int {
    get { stepWord.load(ordering: .relaxed) }
    set { stepWord.store(newValue, ordering: .relaxed) }
  }

  /// The number of calls that wait for other ranks which the main thread has come to.
  package static var collectives: Int { calls.count }

  /// Whether it is in one of them.
  static var isWaiting: Bool { calls.isWaiting }

  /// Does something in a phase. An error leaves the phase as it is: whoever tells of it tells where it was
  /// met.
  public static func during<T>(_ phase: Phase, _ body: () throws -> T) rethrows -> T {
    let before = self.phase
    self.phase = phase
    let result = try body()
    self.phase = before
    return result
  }

  /// Does something that waits for other ranks.
  @inline(__always)
  public static func waiting<T>(_ body: () throws -> T) rethrows -> T {
    try calls.waiting(body)
  }
}

/// Counts the calls that wait for other ranks. One thread makes them, any may read.
struct WaitingCalls: ~Copyable {
  private let entered = Atomic<Int>(0)
  private let left = Atomic<Int>(0)

  /// How many there were, with the one under way.
  var count: Int { entered.load(ordering: .relaxed) }

  /// Whether one is under way.
  var isWaiting: Bool { left.load(ordering: .relaxed) < entered.load(ordering: .relaxed) }

  /// Does something that waits. A call inside of another belongs to it: who is in the outer one
  /// waits, until that ends.
  @inline(__always)
  func waiting<T>(_ body: () throws -> T) rethrows -> T {
    guard !isWaiting else { return try body() }
    // One thread alone writes: no read-modify-write is needed.
    let number = entered.load(ordering: .relaxed) + 1
    entered.store(number, ordering: .relaxed)
    defer { left.store(number, ordering: .relaxed) }
    return try body()
  }
}
