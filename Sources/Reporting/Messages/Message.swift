import Foundation

/// How lines on standard error are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people.
  case text
  /// One JSON object a line, for programs.
  case json
}

/// One line on standard error.
public struct Message: Sendable, Equatable {
  /// How bad it is.
  public enum Level: String, Sendable {
    /// All is well.
    case info
    /// The run goes on, but somebody should look.
    case warning
    /// It ended the run, or the command.
    case error
  }

  /// What it tells of.
  public enum Event: String, Sendable {
    /// Where training is.
    case progress
    /// What the model has been measured at.
    case evaluation
    /// A checkpoint has been written.
    case checkpoint
    /// Anything else.
    case message
  }

  /// How bad it is.
  public var level: Level
  /// What it tells of.
  public var event: Event
  /// The line for people, without the word for its level.
  public var text: String
  /// What programs get besides.
  public var fields: JSONObject

  /// A line.
  public init(
    _ text: String, level: Level = .info, event: Event = .message, fields: JSONObject = [:]
  ) {
    (self.level, self.event, self.text, self.fields) = (level, event, text, fields)
  }

  /// A line for people, whose beginning says how bad it is: `warning: …`, `error: …`.
  public init(line: String) {
    for level in [Level.warning, .error] where line.hasPrefix("\(level.rawValue): ") {
      self.init(String(line.dropFirst(level.rawValue.count + 2)), level: level)
      return
    }
    self.init(line)
  }

  /// The line for people.
  public var line: String { level == .info ? text : "\(level.rawValue): \(text)" }

  /// JSON escapes the control characters of ASCII, and leaves those after it (C1) to be acted on.
  private static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { (0x7F...0x9F).contains($0.value) }) else {
      return text
    }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { (0x7F...0x9F).contains($0.value) ? "\u{FFFD}" : $0 }))
  }

  /// The keys that every line has.
  static let keys = ["time", "level", "event", "rank", "text"]

  /// The line for programs: `time`, `level`, `event`, `rank`, `text`, then the fields.
  /// - Parameters:
  ///   - rank: that of the process.
  ///   - time: seconds since 1970.
  public func json(rank: Int, time: Double = Date().timeIntervalSince1970) -> String {
    var object: JSONObject = [
      "time": .double((time * 1000).rounded() / 1000), "level": .string(level.rawValue),
      "event": .string(event.rawValue), "rank": .int(rank), "text": .string(text),
    ]
    for member in fields.members where !Self.keys.contains(member.key) {
      object[member.key] = member.value
    }
    return Self.visible(JSONValue.object(object).encoded())
  }
}
