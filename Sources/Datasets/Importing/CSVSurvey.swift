/// What a first reading finds out about a table.
struct CSVSurvey {
  private(set) var hasHeader = false
  private(set) var names: [String] = []
  private(set) var columnCount = 0
  private(set) var labelIndex: Int?
  private(set) var rowCount = 0
  private(set) var areBytes = true
  private var integerLabels: [Int]? = []
  private var namedLabels: [String] = []
  private let path: String

  /// Reads the table. Throws `DatasetError` naming line and column of a cell that is no number.
  init(_ reader: CSVReader, _ options: CSVImporter.Options) throws {
    path = reader.path
    var isFirst = true
    try reader.forEachLine { line, cells in
      if isFirst {
        isFirst = false
        try readFirst(cells, options)
        if hasHeader { return true }
      }
      try readRow(line, cells)
      return true
    }
    if rowCount == 0 {
      throw DatasetError(path, "the table has no rows of data", advice: "name another file")
    }
    if columnCount == (labelIndex == nil ? 0 : 1) {
      throw DatasetError(path, "the table has only a label column")
    }
  }

  /// The names of the labels if they are not all integers.
  var classNames: [String]? {
    integerLabels == nil ? Set(namedLabels).sorted() : nil
  }

  /// The labels of all rows in order, as numbers.
  var labels: [Int] {
    if let integerLabels { return integerLabels }
    let numbers = Dictionary(
      uniqueKeysWithValues: (classNames ?? []).enumerated().map { ($1, $0) })
    return namedLabels.map { numbers[$0]! }
  }

  /// The names of the columns that hold values.
  var valueNames: [String] {
    names.enumerated().filter { $0.offset != labelIndex }.map(\.element)
  }

  private mutating func readFirst(
    _ cells: [UnsafeRawBufferPointer], _ options: CSVImporter.Options
  ) throws {
    columnCount = cells.count
    let texts = cells.map { String(decoding: $0, as: UTF8.self) }
    switch options.header {
    case .present: hasHeader = true
    case .absent: hasHeader = false
    case .automatic:
      let label = try? index(options.labelColumn, texts)
      hasHeader = cells.enumerated().contains { $0.offset != label && number($0.element) == nil }
    }
    if hasHeader { names = texts }
    labelIndex = try index(options.labelColumn, names)
  }

  private func index(_ column: CSVImporter.Column?, _ names: [String]) throws -> Int? {
    switch column {
    case nil: return nil
    case .name(let name):
      if let index = names.firstIndex(of: name) { return index }
      let list = names.isEmpty ? "it has no header" : "its columns are \(short(names))"
      throw DatasetError(path, "no column '\(name)': \(list)", advice: "name one or give its index")
    case .index(let index):
      let place = index < 0 ? index + columnCount : index
      if (0..<columnCount).contains(place) { return place }
      throw DatasetError(path, "no column \(index): there are \(columnCount)")
    }
  }

  private func short(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
  }

  private mutating func readRow(_ line: Int, _ cells: [UnsafeRawBufferPointer]) throws {
    guard cells.count == columnCount else {
      throw DatasetError(
        path, "line \(line) has \(cells.count) cells, the first line \(columnCount)",
        advice: "give every line as many cells, or name the delimiter")
    }
    for (column, cell) in cells.enumerated() where column != labelIndex {
      guard let value = number(cell), value.isFinite else { throw noNumber(cell, line, column) }
      if areBytes, value != value.rounded() || value < 0 || value > 255 { areBytes = false }
    }
    if let labelIndex { try addLabel(cells[labelIndex], line, labelIndex) }
    rowCount += 1
  }

  private func noNumber(_ cell: UnsafeRawBufferPointer, _ line: Int, _ column: Int) -> DatasetError
  {
    let text = String(decoding: cell.prefix(40), as: UTF8.self)
    let name = names.indices.contains(column) ? " ('\(names[column])')" : ""
    return DatasetError(
      path, "line \(line), column \(column + 1)\(name): '\(text)' is not a number",
      advice: "remove the column or mend the cell; name the label column if this is it")
  }

  private mutating func addLabel(
    _ cell: UnsafeRawBufferPointer, _ line: Int, _ column: Int
  ) throws {
    let text = String(decoding: cell, as: UTF8.self)
    if text.isEmpty { throw DatasetError(path, "line \(line): the label is empty") }
    if let label = Int(text), integerLabels != nil {
      integerLabels!.append(label)
    } else {
      // The first label that is no integer makes names of all.
      if let integerLabels { namedLabels = integerLabels.map { String($0) } }
      integerLabels = nil
      namedLabels.append(text)
    }
  }
}
