/// Something that turns files of another format into the datasets of an HDF5 file.
public protocol DatasetImporter {
  /// Reads the input and adds its datasets to `writer`.
  ///
  /// Throws `DatasetError` for input that is wrong, and `HDF5Error` for output that fails.
  func importDatasets(into writer: DatasetWriter) throws
}

extension DatasetImporter {
  /// Writes the HDF5 file `output`, all or nothing.
  @discardableResult
  public func write(to output: String) throws -> DatasetWriter.Summary {
    try DatasetWriter.write(to: output) { try importDatasets(into: $0) }
  }
}
