import CHDF5

/// What went wrong in an operation on an HDF5 file, in one line.
public struct HDF5Error: Error, CustomStringConvertible, Sendable {
  /// What was tried, on which file or dataset, and what is wrong with it.
  public let message: String
  /// The library's own error stack, innermost frame first. Empty when the library was not at fault.
  public let stack: [String]

  /// An error with a `message`, and the frames of the library's `stack` (innermost first) if any.
  public init(_ message: String, stack: [String] = []) {
    self.message = message
    self.stack = stack
  }

  /// The message, and the innermost frame of the library's stack that says something.
  public var description: String {
    // For a filter that is missing the innermost frames tell of the search for plugins.
    let missingFilter = stack.first { $0.contains("is not registered") }
    guard let reason = missingFilter ?? stack.first(where: { !$0.isEmpty }) else { return message }
    return "\(message): \(reason)"
  }
}

/// The library's current error stack, innermost first, one trimmed line a frame. `H5Ewalk2`
func currentErrorStack() -> [String] {
  var frames: [String] = []
  withUnsafeMutablePointer(to: &frames) { pointer in
    _ = H5Ewalk2(
      sdt_h5_error_default(), H5E_WALK_UPWARD,
      { _, frame, context in
        let text = frame?.pointee.desc.map { String(cString: $0) } ?? ""
        context?.assumingMemoryBound(to: [String].self).pointee.append(oneLine(text))
        return 0
      }, pointer)
  }
  return frames
}

/// `text` without line breaks and surrounding blanks.
private func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Passes a non-negative return code of the library through; throws `HDF5Error` with `message` and
/// the library's error stack otherwise. Every call of the library goes through here.
@discardableResult
func check<Code: SignedInteger>(_ code: Code, _ message: @autoclosure () -> String) throws -> Code {
  if code >= 0 { return code }
  throw HDF5Error(message(), stack: currentErrorStack())
}
