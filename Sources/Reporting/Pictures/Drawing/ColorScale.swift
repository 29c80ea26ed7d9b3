/// How numbers become colours.
public enum ColorScale: Sendable, Equatable {
  /// From black at the lower bound to white at the upper; values outside are clamped. Three channels
  /// are scaled one by one.
  case gray(ClosedRange<Float>)
  /// For values around 0, such as weights: blue below, white at 0, red above, and full colour at the
  /// limit on both sides. Three channels are scaled one by one around middle gray.
  case signed(Limit)

  /// Where a signed scale reaches its full colour.
  public enum Limit: Sendable, Equatable {
    /// At this magnitude.
    case fixed(Float)
    /// At the 99.5 % quantile of the magnitudes of all tiles: a few outliers do not make everything
    /// else pale.
    case overall
    /// At the 99.5 % quantile of each tile: weak tiles are as visible as strong ones.
    case perTile
  }

  /// Data in [0, 1], such as pixels and probabilities.
  public static let unit = ColorScale.gray(0...1)

  /// The 99.5 % quantile of the magnitudes of the finite values (nearest rank); 1 where it would be
  /// 0, so that it can be divided by.
  public static func robustLimit(of values: some Sequence<Float>) -> Float {
    let sizes = values.lazy.map { abs($0) }.filter(\.isFinite).sorted()
    guard !sizes.isEmpty else { return 1 }
    let limit = sizes[Int((Double(sizes.count - 1) * 0.995).rounded())]
    return limit > 0 ? limit : 1
  }
}

/// A scale with its limit settled.
enum ResolvedScale: Equatable {
  case gray(lower: Float, upper: Float)
  case signed(limit: Float)

  /// The colour of one value.
  func color(_ value: Float) -> RGB {
    if value.isNaN { return .invalid }
    switch self {
    case .gray:
      let level = level(value)
      return RGB(red: level, green: level, blue: level)
    case .signed(let limit): return Diverging.color(value / limit)
    }
  }

  /// The 8-bit level of one channel of a colour picture.
  func level(_ value: Float) -> UInt8 {
    let share: Float
    switch self {
    case .gray(let lower, let upper): share = upper > lower ? (value - lower) / (upper - lower) : 0
    case .signed(let limit): share = (value / limit + 1) / 2
    }
    return UInt8((min(1, max(0, share)) * 255).rounded())
  }
}

/// Blue, white, red: as dark at -1 as at 1, and darker with every step away from 0. People with any colour
/// vision tell blue from red.
enum Diverging {
  /// The steps of either side: so many colours that, with those of texts, a palette of 256 holds them.
  static let steps: Float = 120

  /// Colours at 0, 1/3, 2/3 and 1 of either side.
  private static let blues: [(Float, Float, Float)] = [
    (255, 255, 255), (158, 197, 232), (58, 124, 192), (15, 47, 112),
  ]
  private static let reds: [(Float, Float, Float)] = [
    (255, 255, 255), (246, 178, 150), (212, 78, 65), (116, 12, 30),
  ]

  /// The colour of a share of the limit, clamped to [-1, 1].
  static func color(_ share: Float) -> RGB {
    let side = share < 0 ? blues : reds
    let step = (min(1, abs(share)) * steps).rounded() / steps
    let place = step * Float(side.count - 1)
    let index = min(Int(place), side.count - 2)
    let (from, to, part) = (side[index], side[index + 1], place - Float(index))
    func mix(_ first: Float, _ second: Float) -> UInt8 {
      UInt8((first + (second - first) * part).rounded())
    }
    return RGB(red: mix(from.0, to.0), green: mix(from.1, to.1), blue: mix(from.2, to.2))
  }
}
