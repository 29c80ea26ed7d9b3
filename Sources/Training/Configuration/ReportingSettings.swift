/// What a run shows of itself. None of it shapes a result.
public struct ReportingSettings: Sendable {
  /// Whether event files for TensorBoard are written.
  public var tensorBoard: Bool
  /// The number of epochs between two histograms of parameters and gradients; 0 makes none.
  public var histogramsEveryEpochs: Int

  init(_ reader: SettingsReader) throws {
    tensorBoard = try reader.flag("tensorboard", default: true)
    histogramsEveryEpochs = try reader.integer(
      "histograms_every_epochs", default: 1, in: 0...Int.max)
  }
}
