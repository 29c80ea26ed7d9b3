import Tensors

/// Something to look at.
public struct Picture: Sendable {
  /// What the values of tiles are.
  public enum Values: Sendable {
    /// From 0, black, to 1, white.
    case unit
    /// Of both signs: weights.
    case signed
    /// In the transformed scale of the data; whoever draws undoes the transform.
    case data
  }

  /// What is drawn.
  public enum Content: Sendable {
    /// Rows of tiles of equal length, each [tiles, width], with what stands beside them; one element lays
    /// a grid of its own. Tiles as wide as a sample have the samples' shape.
    case tiles(rows: [Tensor], labels: [String], values: Values)
    /// Points in the plane, [n, 2], with their classes, [n]; negative ones have none.
    case points(positions: [Double], classes: [Int32], note: String?)
  }

  /// The name, which becomes part of a file's name.
  public let name: String
  /// What stands above the picture.
  public let title: String
  /// What is drawn.
  public let content: Content

  /// A picture of tiles.
  public init(
    name: String, title: String, rows: [Tensor], labels: [String] = [], values: Values
  ) {
    self.init(
      name: name, title: title, content: .tiles(rows: rows, labels: labels, values: values))
  }

  /// A picture.
  public init(name: String, title: String, content: Content) {
    self.name = name
    self.title = title
    self.content = content
  }
}
