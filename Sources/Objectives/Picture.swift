import Tensors

/// Something to look at: tiles of the samples' shape.
public struct Picture: Sendable {
  /// What the values of the tiles are.
  public enum Values: Sendable {
    /// From 0, black, to 1, white.
    case unit
    /// Of both signs: weights.
    case signed
    /// In the transformed scale of the data; whoever draws undoes the transform.
    case data
  }

  /// The name, which becomes part of a file's name.
  public let name: String
  /// What stands above the picture.
  public let title: String
  /// Rows of tiles of equal length, each [tiles, width]; one element lays a grid of its own.
  public let rows: [Tensor]
  /// What stands beside the rows.
  public let labels: [String]
  /// What the values are.
  public let values: Values

  /// A picture.
  public init(
    name: String, title: String, rows: [Tensor], labels: [String] = [], values: Values
  ) {
    self.name = name
    self.title = title
    self.rows = rows
    self.labels = labels
    self.values = values
  }
}
