/// What the axes of an image dataset mean.
public enum ImageLayout: String, Sendable, CaseIterable {
  /// [N, D]: vectors.
  case vectors = "ND"
  /// [N, height, width].
  case gray = "NHW"
  /// [N, channels, height, width].
  case channelsFirst = "NCHW"
  /// [N, height, width, channels].
  case channelsLast = "NHWC"
}

/// The shape of one sample. In memory a sample is [channels, height, width], whatever the file's
/// layout.
public struct SampleShape: Sendable, Equatable {
  /// 1 for grey images and vectors.
  public let channels: Int
  /// Rows; 1 for vectors.
  public let height: Int
  /// Columns; the length of a vector.
  public let width: Int

  /// A shape.
  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Channels, height, width.
  public var axes: [Int] { [channels, height, width] }

  /// The number of values.
  public var count: Int { channels * height * width }

  /// Whether the sample is a picture and not a vector.
  public var isImage: Bool { height > 1 }

  /// The shape of the samples of a dataset with these axes.
  /// - Throws: `DatasetError` when the axes do not fit the layout.
  init(axes: [Int], layout: ImageLayout?, name: String) throws {
    let layout = try layout ?? Self.guess(axes, name)
    let expected = layout.rawValue.count
    guard axes.count == expected else {
      throw DatasetError(
        name, "has \(axes.count) axes \(axes), but layout \(layout.rawValue) has \(expected)",
        advice: "set layout to one of \(Self.layouts)")
    }
    switch layout {
    case .vectors: self.init(channels: 1, height: 1, width: axes[1])
    case .gray: self.init(channels: 1, height: axes[1], width: axes[2])
    case .channelsFirst: self.init(channels: axes[1], height: axes[2], width: axes[3])
    case .channelsLast: self.init(channels: axes[3], height: axes[1], width: axes[2])
    }
    guard count > 0 else { throw DatasetError(name, "has samples of no values: axes \(axes)") }
  }

  private static let layouts = ImageLayout.allCases.map(\.rawValue).joined(separator: ", ")

  private static func guess(_ axes: [Int], _ name: String) throws -> ImageLayout {
    switch axes.count {
    case 2: return .vectors
    case 3: return .gray
    case 4: return axes[3] <= 4 && axes[1] > 4 ? .channelsLast : .channelsFirst
    default:
      throw DatasetError(
        name, "has \(axes.count) axes \(axes)",
        advice: "a dataset of samples has the axes of one of \(layouts)")
    }
  }
}
