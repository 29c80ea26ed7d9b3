import CKernels
import Foundation
import HDF5
import Tensors

/// Where samples lie: one or several HDF5 files that hold them as datasets of the same names.
public struct DataLocation: Sendable, Equatable {
  /// The files, in the order in which their rows follow each other.
  public var files: [String]
  /// The dataset of the samples, such as `/train/images`.
  public var images: String
  /// The dataset of the labels [N], if wanted.
  public var labels: String?
  /// What the axes mean; nil guesses from their number.
  public var layout: ImageLayout?

  /// Samples in files.
  public init(files: [String], images: String, labels: String? = nil, layout: ImageLayout? = nil) {
    self.files = files
    self.images = images
    self.labels = labels
    self.layout = layout
  }
}

/// How samples are kept in memory: as stored where that is small.
public enum StoredType: Sendable {
  /// One byte a value.
  case uint8
  /// Two bytes a value.
  case int16
  /// Four bytes a value: float16, float32, float64 and wider integers.
  case float32

  /// Bytes a value.
  public var byteCount: Int {
    switch self {
    case .uint8: 1
    case .int16: 2
    case .float32: 4
    }
  }

  var element: ElementType {
    switch self {
    case .uint8: .uint8
    case .int16: .int16
    case .float32: .float32
    }
  }

  init(_ element: ElementType, name: String) throws {
    switch element {
    case .uint8: self = .uint8
    case .int8, .int16: self = .int16
    case .uint16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64: self = .float32
    case .other(let type):
      throw DatasetError(name, "holds \(type), not numbers", advice: "name a dataset of numbers")
    }
  }
}

/// The samples of one or several files as one table of rows.
///
/// Every rank opens the files itself. Rows are read by hyperslabs, on the HDF5 queue.
public final class SampleTable: @unchecked Sendable {
  /// Where the rows come from.
  public let location: DataLocation
  /// The number of samples.
  public let count: Int
  /// The shape of a sample.
  public let shape: SampleShape
  /// How a value is kept in memory.
  public let stored: StoredType
  /// Whether the file stores fractions and not whole numbers.
  public let isFloating: Bool
  /// Whether there are labels.
  public let hasLabels: Bool

  private var accepted: ClosedRange<Float>?
  private var advice = ""
  let parts: [Part]
  private let channelsLast: Bool

  /// A file's datasets and the rows they make up.
  struct Part {
    let rows: Range<Int>
    let images: Dataset
    let labels: Dataset?
    var name: String { "\(images.fileName): \(images.path)" }
  }

  /// Opens the files and checks that their datasets fit each other.
  public init(_ location: DataLocation) throws {
    self.location = location
    guard !location.files.isEmpty else { throw DatasetError("data", "no file is named") }
    var start = 0
    var parts: [Part] = []
    for path in location.files {
      let part = try Self.open(path, location, at: start)
      start = part.rows.upperBound
      parts.append(part)
    }
    self.parts = parts
    count = start
    let first = parts[0]
    shape = try SampleShape(axes: first.images.shape, layout: location.layout, name: first.name)
    stored = try StoredType(first.images.elementType, name: first.name)
    isFloating = !first.images.elementType.isInteger
    hasLabels = location.labels != nil
    channelsLast =
      location.layout == .channelsLast
      || (location.layout == nil && first.images.shape.count == 4
        && shape.channels == first.images.shape[3] && shape.channels != first.images.shape[1])
    guard count > 0 else {
      throw DatasetError(
        first.name, "is empty: axes \(first.images.shape)", advice: "name a dataset with samples")
    }
    for part in parts.dropFirst() { try check(part, like: first) }
  }

  private static func open(_ path: String, _ location: DataLocation, at start: Int) throws -> Part {
    let file = try openFile(path)
    let images = try file.dataset(location.images)
    let labels = try location.labels.map { try file.dataset($0) }
    guard let rows = images.shape.first else {
      throw DatasetError(
        "\(path): \(location.images)", "is a single number, not a table of samples")
    }
    if let labels {
      guard labels.shape == [rows] else {
        throw DatasetError(
          "\(path): \(labels.path)",
          "has axes \(labels.shape), but \(images.path) has \(rows) samples",
          advice: "labels have one integer a sample: [\(rows)]")
      }
      guard labels.elementType.isInteger else {
        throw DatasetError(
          "\(path): \(labels.path)", "holds \(labels.elementType), but labels are integers")
      }
    }
    return Part(rows: start..<start + rows, images: images, labels: labels)
  }

  static func openFile(_ path: String) throws -> File {
    do { return try File(reading: path) } catch {
      let folder = FileManager.default.currentDirectoryPath
      let place = path.hasPrefix("/") ? "" : ", and its path starts at \(folder)"
      throw HDF5Error("\(error); data is an HDF5 file ('data import' makes one)\(place)")
    }
  }

  private func check(_ part: Part, like first: Part) throws {
    guard part.images.shape.dropFirst() == first.images.shape.dropFirst(),
      part.images.elementType == first.images.elementType
    else {
      throw DatasetError(
        part.name,
        "has axes \(part.images.shape) of \(part.images.elementType), but \(first.name) has "
          + "\(first.images.shape) of \(first.images.elementType)",
        advice: "files of one dataset agree in all axes but the first, and in type")
    }
  }

  /// Bytes of a sample in memory.
  public var sampleBytes: Int { shape.count * stored.byteCount }

  /// Bytes of all samples in memory.
  public var bytes: Int { count * sampleBytes }

  /// Reads rows into memory, [rows, channels, height, width] of `stored`.
  /// - Throws: `DatasetError` for a value that is not finite or not accepted, naming the sample.
  public func read(rows: Range<Int>, into target: UnsafeMutableRawPointer) throws {
    for part in parts where part.rows.overlaps(rows) {
      let wanted = part.rows.clamped(to: rows)
      let place = target + (wanted.lowerBound - rows.lowerBound) * sampleBytes
      let local =
        wanted.lowerBound - part.rows.lowerBound..<wanted.upperBound - part.rows.lowerBound
      let buffer = UnsafeMutableRawBufferPointer(start: place, count: wanted.count * sampleBytes)
      try part.images.read(rows: local, as: stored.element, into: buffer)
      try checkValues(buffer, rows: local, name: part.name)
      if channelsLast { moveChannelsFirst(buffer, rows: wanted.count) }
    }
  }

  /// Reads labels into memory, [rows].
  public func readLabels(rows: Range<Int>, into target: UnsafeMutablePointer<Int32>) throws {
    for part in parts where part.rows.overlaps(rows) {
      guard let labels = part.labels else { continue }
      let wanted = part.rows.clamped(to: rows)
      let local =
        wanted.lowerBound - part.rows.lowerBound..<wanted.upperBound - part.rows.lowerBound
      let place = UnsafeMutableBufferPointer(
        start: target + (wanted.lowerBound - rows.lowerBound), count: wanted.count)
      try labels.read(rows: local, as: .int32, into: UnsafeMutableRawBufferPointer(place))
    }
  }

  /// Says which values may occur. Call it before anything is read.
  /// - Parameter advice: what to do when others do.
  public func accept(
    _ range: ClosedRange<Double>,
    advice: String = "set data.range to the values that mean 0 and 1, or another data.transform"
  ) {
    accepted = Float(range.lowerBound)...Float(range.upperBound)
    self.advice = advice
  }

  private func checkValues(
    _ buffer: UnsafeMutableRawBufferPointer, rows: Range<Int>, name: String
  ) throws {
    func fail(_ place: Int, _ value: Float, _ problem: String, advice: String) -> DatasetError {
      DatasetError(
        "\(name)[\(rows.lowerBound + place / shape.count)]",
        "value \(place % shape.count) of the sample is \(value)\(problem)", advice: advice)
    }
    func check<T>(_ type: T.Type, _ widen: (T) -> Float) throws {
      guard let accepted else { return }
      let values = buffer.bindMemory(to: type)
      guard let place = values.firstIndex(where: { !accepted.contains(widen($0)) }) else { return }
      throw fail(
        place, widen(values[place]),
        ", outside \(accepted.lowerBound) to \(accepted.upperBound)",
        advice: advice)
    }
    switch stored {
    case .uint8:
      if accepted != 0...255 { try check(UInt8.self) { Float($0) } }
    case .int16: try check(Int16.self) { Float($0) }
    case .float32:
      let values = buffer.bindMemory(to: Float.self)
      if sdt_all_finite(values.baseAddress, values.count) == 0,
        let place = values.firstIndex(where: { !$0.isFinite })
      {
        throw fail(place, values[place], "", advice: "clean the data, every value must be finite")
      }
      try check(Float.self) { $0 }
    }
  }

  private func moveChannelsFirst(_ buffer: UnsafeMutableRawBufferPointer, rows: Int) {
    let (bytes, pixels) = (stored.byteCount, shape.height * shape.width)
    withUnsafeTemporaryAllocation(byteCount: sampleBytes, alignment: 8) { copy in
      for row in 0..<rows {
        let sample = UnsafeMutableRawBufferPointer(
          rebasing: buffer[row * sampleBytes..<(row + 1) * sampleBytes])
        copy.copyMemory(from: UnsafeRawBufferPointer(sample))
        for channel in 0..<shape.channels {
          for pixel in 0..<pixels {
            let from = (pixel * shape.channels + channel) * bytes
            let to = (channel * pixels + pixel) * bytes
            for byte in 0..<bytes { sample[to + byte] = copy[from + byte] }
          }
        }
      }
    }
  }

  /// A name for the content that does not change when files move: SHA-256 over the number, shape and
  /// type of the samples, and up to 128 samples spread evenly with their labels.
  ///
  /// Reading all of a large file at every start would take longer than some runs; an importer's own
  /// `fingerprint` attribute covers everything, but a copy in other chunks or files need not have it.
  public func fingerprint() throws -> String {
    var hash = SHA256()
    hash.update("\(count) \(shape.channels) \(shape.height) \(shape.width) \(stored) \(hasLabels)")
    let probes = min(count, 128)
    var row = [UInt8](repeating: 0, count: sampleBytes)
    for probe in 0..<probes {
      let place = probes == 1 ? 0 : (count - 1) * probe / (probes - 1)
      var label: Int32 = -1
      try row.withUnsafeMutableBytes { try read(rows: place..<place + 1, into: $0.baseAddress!) }
      if hasLabels { try readLabels(rows: place..<place + 1, into: &label) }
      row.withUnsafeBytes { hash.update($0) }
      hash.update("\(label)")
    }
    return "sha256:\(hash.hex)"
  }
}
