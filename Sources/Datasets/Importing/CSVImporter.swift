import HDF5

/// Imports a table of numbers, one sample a line, into `/train/images` [N, D], and its label column,
/// if it has one, into `/train/labels` [N].
///
/// Values become uint8 when all are integers in 0...255, else float32. Labels that are all integers
/// stay integers; other labels are numbered by their sorted names, which the attribute `class_names`
/// of the labels lists. With a test fraction, as many rows, drawn at random by the seed, go to
/// `/test/images` and `/test/labels` instead. The file is read twice, and never held in memory.
public struct CSVImporter: DatasetImporter {
  /// Whether the first line names the columns.
  public enum Header: String, Sendable, CaseIterable {
    /// It does if a cell of it, other than in the label column, is no number.
    case automatic
    /// It does.
    case present
    /// It does not.
    case absent
  }

  /// The column that holds the labels.
  public enum Column: Sendable, Equatable {
    /// By its name in the header.
    case name(String)
    /// By its index, from 0; negative from the end, -1 being the last.
    case index(Int)
  }

  /// How the table is to be read.
  public struct Options: Sendable {
    /// Whether the first line names the columns.
    public var header = Header.automatic
    /// The column of the labels; nil for a table without.
    public var labelColumn: Column?
    /// What stands between cells: one ASCII character.
    public var delimiter: Character = ","
    /// The share of the rows, in 0..<1, that is set aside for testing.
    public var testFraction = 0.0
    /// Chooses those rows.
    public var seed: UInt64 = 1

    /// Commas, no labels, no test rows, and a header if it looks like one.
    public init() {}
  }

  private let path: String
  private let options: Options

  /// An importer of the table `path`, gzipped or not.
  public init(_ path: String, options: Options = Options()) {
    self.path = path
    self.options = options
  }

  /// See `DatasetImporter`.
  public func importDatasets(into writer: DatasetWriter) throws {
    try RowSplit.check(options.testFraction, file: path)
    guard let delimiter = options.delimiter.asciiValue else {
      throw DatasetError(path, "the delimiter '\(options.delimiter)' is not one ASCII character")
    }
    let reader = CSVReader(path: path, delimiter: delimiter)
    let survey = try CSVSurvey(reader, options)
    try CSVCopy(reader, survey, options).run(into: writer)
  }
}

/// The second reading, which copies.
private struct CSVCopy {
  private let reader: CSVReader
  private let survey: CSVSurvey
  private let split: RowSplit

  init(_ reader: CSVReader, _ survey: CSVSurvey, _ options: CSVImporter.Options) throws {
    self.reader = reader
    self.survey = survey
    split = RowSplit(count: survey.rowCount, fraction: options.testFraction, seed: options.seed)
    if split.trainCount == 0 {
      throw DatasetError(reader.path, "no row is left for training", advice: "set fewer aside")
    }
  }

  func run(into writer: DatasetWriter) throws {
    let train = try Part(writer, "/train", split.trainCount, survey)
    let test = split.testCount > 0 ? try Part(writer, "/test", split.testCount, survey) : nil
    var row = survey.hasHeader ? -1 : 0
    try reader.forEachLine { _, cells in
      defer { row += 1 }
      if row < 0 { return true }
      try (split.isTest[row] ? test : train)?.append(cells)
      return true
    }
    try train.flush()
    try test?.flush()
    if survey.labelIndex != nil { try addLabels(to: writer) }
  }

  private func addLabels(to writer: DatasetWriter) throws {
    let rows = zip(survey.labels, split.isTest)
    try writer.addLabels("/train/labels", rows.filter { !$0.1 }.map(\.0))
    if split.testCount > 0 { try writer.addLabels("/test/labels", rows.filter(\.1).map(\.0)) }
    guard let names = survey.classNames else { return }
    for part in split.testCount > 0 ? ["/train", "/test"] : ["/train"] {
      try writer.file.setAttribute("class_names", names, on: part + "/labels")
    }
  }
}

/// The values of one part on their way to the file.
private final class Part {
  private let rows: RowWriter
  private let labelIndex: Int?
  private let areBytes: Bool
  private var bytes: [UInt8] = []
  private var floats: [Float] = []

  init(_ writer: DatasetWriter, _ part: String, _ count: Int, _ survey: CSVSurvey) throws {
    labelIndex = survey.labelIndex
    areBytes = survey.areBytes
    let columns = survey.columnCount - (labelIndex == nil ? 0 : 1)
    rows = try writer.add(
      part + "/images", shape: [count, columns], type: areBytes ? .uint8 : .float32)
    if !survey.valueNames.isEmpty {
      try writer.file.setAttribute("column_names", survey.valueNames, on: part + "/images")
    }
  }

  func append(_ cells: [UnsafeRawBufferPointer]) throws {
    for (column, cell) in cells.enumerated() where column != labelIndex {
      let value = number(cell) ?? 0
      if areBytes { bytes.append(UInt8(value)) } else { floats.append(Float(value)) }
    }
    if bytes.count + floats.count > 1 << 20 { try flush() }
  }

  func flush() throws {
    try bytes.withUnsafeBytes { try rows.append($0) }
    try floats.withUnsafeBytes { try rows.append($0) }
    bytes.removeAll(keepingCapacity: true)
    floats.removeAll(keepingCapacity: true)
  }
}
