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

  /// What stands at the axes.
  public struct Axes: Sendable, Equatable {
    /// What the rows are, or the vertical axis.
    public var rows: String?
    /// What the columns are, or the horizontal axis.
    public var columns: String?
    /// What stands above the columns, from the left; none where empty.
    public var columnLabels: [String]
    /// The classes of the rows: their names, where the data has some, stand for the rows' labels.
    public var rowClasses: [Int]
    /// The number of columns of a grid of its own; nil is as near to a square as can be.
    public var columnCount: Int?

    /// Axes of which nothing is said but what is given.
    public init(
      rows: String? = nil, columns: String? = nil, columnLabels: [String] = [],
      rowClasses: [Int] = [], columnCount: Int? = nil
    ) {
      (self.rows, self.columns, self.columnLabels) = (rows, columns, columnLabels)
      (self.rowClasses, self.columnCount) = (rowClasses, columnCount)
    }
  }

  /// The name, which becomes part of a file's name.
  public let name: String
  /// What stands above the picture.
  public let title: String
  /// What is seen, in a sentence for those who cannot see it; nil leaves it to whoever draws.
  public let description: String?
  /// What is drawn.
  public let content: Content
  /// What stands at the axes.
  public var axes: Axes
  /// Makes the picture, where that takes a while.
  private let make: (@Sendable () -> Picture)?

  /// A picture of tiles.
  public init(
    name: String, title: String, rows: [Tensor], labels: [String] = [], values: Values,
    axes: Axes = Axes(), description: String? = nil
  ) {
    self.init(
      name: name, title: title, content: .tiles(rows: rows, labels: labels, values: values),
      axes: axes, description: description)
  }

  /// A picture.
  public init(
    name: String, title: String, content: Content, axes: Axes = Axes(), description: String? = nil
  ) {
    (self.name, self.title, self.content) = (name, title, content)
    (self.axes, self.description) = (axes, description)
    make = nil
  }

  /// A picture that is made when it is drawn, in a thread of whoever draws.
  /// - Parameter make: works on numbers of its own: parameters move on.
  public init(later name: String, title: String, _ make: @escaping @Sendable () -> Picture) {
    (self.name, self.title, description) = (name, title, nil)
    (content, axes) = (.tiles(rows: [], labels: [], values: .unit), Axes())
    self.make = make
  }

  /// The picture with all that is to be drawn.
  public var finished: Picture { make?().finished ?? self }

  /// The picture with numbers of its own: tiles may be views of parameters, which move on.
  public var detached: Picture {
    guard make == nil, case .tiles(let rows, let labels, let values) = content else { return self }
    let copies = rows.map { Tensor(shape: $0.shape, elements: $0.elements) }
    return Picture(
      name: name, title: title, content: .tiles(rows: copies, labels: labels, values: values),
      axes: axes, description: description)
  }
}
