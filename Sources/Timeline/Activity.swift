import CTimeline

/// What a rank's main thread is doing: there is always one activity, and all of them add up to the time since
/// the stopwatch was started. One that is begun inside of another interrupts it.
public enum Activity: Int32, Sendable, CaseIterable {
  /// Whatever has no name of its own, such as setting up.
  case other
  /// Making batches of samples that are in memory, and waiting for those that are not.
  case load
  /// The objective.
  case compute
  /// Work on sums and messages.
  case reduce
  /// Standing still until other ranks have come as far.
  case wait
  /// Moving parameters.
  case update
  /// Measuring.
  case evaluate
  /// Bringing state together and writing it.
  case checkpoint
  /// Logs and pictures.
  case report

  /// The name in files.
  public var name: String { String(describing: self) }

  /// Does something that counts for the activity, as a span of a name where a timeline is kept.
  /// - Parameters:
  ///   - name: what the span is called.
  ///   - about: what is said of the span.
  ///   - isRare: keeps the span, and those of activities inside of it, where steps keep none.
  @inlinable @inline(__always)
  public func during<T>(
    _ name: StaticString, _ about: SpanValues = .none, isRare: Bool = false, _ body: () throws -> T
  ) rethrows -> T {
    let lap = sdt_enter(rawValue, isRare ? 1 : 0)
    defer { about.leave(lap, name) }
    return try body()
  }
}

/// What is said of a span besides its name.
public enum SpanValues: Sendable {
  /// Nothing.
  case none
  /// A step of the run, its epoch from 1, and this rank's samples.
  case step(Int, epoch: Int, samples: Int)
  /// The rank that is waited for.
  case rank(Int)
  /// A call that all ranks make together, by its number: calls of one number belong together.
  case call(Int64)

  /// The next call that all ranks make together.
  @inlinable @inline(__always)
  public static var nextCall: SpanValues { .call(sdt_next_call()) }

  /// The number by which `sdt_span` tells the cases apart.
  @usableFromInline enum Kind: Int32 { case none, step, rank, call }

  @inlinable @inline(__always)
  var numbers: (kind: Kind, Int64, Int64, Int64) {
    switch self {
    case .none: (.none, 0, 0, 0)
    case .step(let step, let epoch, let samples):
      (.step, Int64(step), Int64(epoch), Int64(samples))
    case .rank(let rank): (.rank, Int64(rank), 0, 0)
    case .call(let number): (.call, number, 0, 0)
    }
  }

  @inlinable @inline(__always)
  func leave(_ lap: sdt_lap, _ name: StaticString) {
    let (kind, a, b, c) = numbers
    sdt_leave(lap, name.text, kind.rawValue, a, b, c)
  }

  @inlinable @inline(__always)
  func end(_ begin: UInt64, _ name: StaticString) {
    let (kind, a, b, c) = numbers
    sdt_detail_end(begin, name.text, kind.rawValue, a, b, c)
  }
}

extension StaticString {
  /// As C has it; the compiler ends literals with a zero.
  @inlinable @inline(__always)
  var text: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
