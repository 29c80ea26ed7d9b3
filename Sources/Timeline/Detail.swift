import CTimeline
import Synchronization

/// A part of an activity, such as a layer of a model: a span in the steps that a timeline keeps whole.
public enum Detail {
  /// Whether details are kept on this thread now.
  @inlinable @inline(__always)
  public static var isKept: Bool { sdt_keeps_details() != 0 }

  /// Does something, as a span of a name where details are kept.
  @inlinable @inline(__always)
  public static func during<T>(_ name: StaticString, _ body: () throws -> T) rethrows -> T {
    let begin = sdt_detail_begin()
    defer { sdt_detail_end(begin, name.text, SpanValues.Kind.none.rawValue, 0, 0, 0) }
    return try body()
  }

  /// The same, saying more of the span; asked at its end, and only where it is kept.
  @inlinable @inline(__always)
  public static func during<T>(
    _ name: StaticString, _ about: () -> SpanValues, _ body: () throws -> T
  ) rethrows -> T {
    let begin = sdt_detail_begin()
    defer { if begin > 0 { about().end(begin, name) } }
    return try body()
  }

  /// The same, with a name that was made while the program ran.
  @inlinable @inline(__always)
  public static func during<T>(_ name: SpanName, _ body: () throws -> T) rethrows -> T {
    let begin = sdt_detail_begin()
    defer { sdt_detail_end(begin, name.text, SpanValues.Kind.none.rawValue, 0, 0, 0) }
    return try body()
  }
}

/// The name of a span that is made while the program runs, such as a layer's. Equal ones are stored once, for
/// ever: there are as many as a model has layers.
public struct SpanName: @unchecked Sendable, Equatable {
  @usableFromInline let text: UnsafePointer<CChar>

  private static let known = Mutex<[String: UnsafePointer<CChar>]>([:])

  /// A name.
  public init(_ name: String) {
    text = Self.known.withLock { known in
      if let text = known[name] { return text }
      let bytes = Array(name.utf8CString)
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      copy.initialize(from: bytes, count: bytes.count)
      known[name] = UnsafePointer(copy)
      return UnsafePointer(copy)
    }
  }
}
