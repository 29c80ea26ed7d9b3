/// What people see of a run. None of it shapes a result.
public struct ReportingSettings: Sendable {
  /// The metrics that progress shows beside the loss; nil leaves the choice to the program.
  public var show: [String]?

  init(_ reader: SettingsReader) throws {
    show = try Self.names(reader, "show")
  }

  private static func names(_ reader: SettingsReader, _ key: String) throws -> [String]? {
    guard reader.has(key) else { return reader.notGiven(key) }
    let names = try reader.strings(key)
    guard names.count <= 2 else {
      throw reader.error("names \(names.count) metrics but there is room for two", key: key)
    }
    return names
  }
}
