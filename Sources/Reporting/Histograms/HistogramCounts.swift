/// Counts floats into buckets that are the same for all data: eight to a power of two, each sign for
/// itself. All that is counted is a whole number, so counts of several processes can be added in any
/// order, and come to the same histogram.
///
/// A float's upper bits are its bucket: sign, exponent and three bits of the mantissa. Sums are exact, too:
/// of every exponent the mantissas are added as integers.
public struct HistogramCounts: Sendable {
  /// Buckets of one sign: 8 bits of the exponent, 3 of the mantissa.
  private static let half = 1 << 11
  private static let exponents = 1 << 8
  /// Where in `words` the sums of mantissas of each sign and exponent begin, and those of their squares.
  private static let sums = 2 * half
  private static let squares = sums + 2 * exponents
  /// Squares of mantissas have 48 bits; without the last 16 there is room for the sum of 2³¹ of them.
  private static let squareShift = 16

  /// The number of words of a histogram.
  public static let width = squares + 2 * exponents
  /// All counts and sums. Those of several processes are added, word by word.
  public var words: [Int64]
  /// The negated least and the greatest number, as whole numbers in the same order. Of those of several
  /// processes the greatest are taken.
  public var extremes: [Int64]

  /// Nothing has been counted.
  public init() {
    words = Array(repeating: 0, count: Self.width)
    extremes = [.min, .min]
  }

  /// What several processes have counted together.
  public init(words: [Int64], extremes: [Int64]) {
    (self.words, self.extremes) = (words, extremes)
  }

  /// Counts numbers, each times a factor, as Float32. Those that are not finite are left out.
  public mutating func add(_ numbers: UnsafeBufferPointer<Float>, times factor: Float = 1) {
    var (least, greatest) = (Float.infinity, -Float.infinity)
    words.withUnsafeMutableBufferPointer { words in
      let words = words.baseAddress!
      for number in numbers {
        let value = number * factor
        guard value.isFinite else { continue }
        least = min(least, value)
        greatest = max(greatest, value)
        Self.count(value.bitPattern, words)
      }
    }
    guard least <= greatest else { return }
    extremes[0] = max(extremes[0], -Self.order(least))
    extremes[1] = max(extremes[1], Self.order(greatest))
  }

  @inline(__always)
  private static func count(_ bits: UInt32, _ words: UnsafeMutablePointer<Int64>) {
    let exponent = Int(bits >> 23)
    let mantissa = Int64(bits & 0x7F_FFFF | (exponent & 0xFF == 0 ? 0 : 0x80_0000))
    words[Int(bits >> 20)] += 1
    words[sums + exponent] += mantissa
    words[squares + exponent] += (mantissa * mantissa) >> Int64(squareShift)
  }

  /// A whole number that is greater for greater floats; both zeros have 0.
  private static func order(_ value: Float) -> Int64 {
    let magnitude = Int64(value.bitPattern & 0x7FFF_FFFF)
    return value.sign == .minus ? -magnitude : magnitude
  }

  private static func value(_ order: Int64) -> Double {
    let magnitude = Double(Float(bitPattern: UInt32(abs(order))))
    return order < 0 ? -magnitude : magnitude
  }

  /// How many numbers have been counted.
  public var count: Int { Int(words[0..<Self.sums].reduce(0, +)) }

  /// The histogram; nil where nothing has been counted. What is nearer to zero than 2⁻⁴⁰, about 10⁻¹², is one
  /// bucket.
  public var histogram: Histogram? {
    let count = self.count
    guard count > 0 else { return nil }
    var histogram = Histogram(
      minimum: Self.value(-extremes[0]), maximum: Self.value(extremes[1]), count: Double(count),
      sum: sum, sumOfSquares: sumOfSquares, limits: [], counts: [])
    addBuckets(to: &histogram)
    return histogram
  }

  private func addBuckets(to histogram: inout Histogram) {
    // Exponents are stored with 127 added; that of what is not finite is 255.
    let (small, top) = ((127 - 40) * 8, 255 * 8)
    for place in (small..<top).reversed() {
      histogram.append(
        limit: -Self.lowerEnd(place), count: Double(words[Self.half + place]))
    }
    let middle = (0..<small).reduce(0) { $0 + words[$1] + words[Self.half + $1] }
    histogram.append(limit: Self.lowerEnd(small), count: Double(middle))
    for place in small..<top {
      histogram.append(limit: Self.lowerEnd(place + 1), count: Double(words[place]))
    }
    histogram.trim()
  }

  /// Where the magnitudes of a bucket begin; behind the last one, the greatest number.
  private static func lowerEnd(_ place: Int) -> Double {
    let end = Double(Float(bitPattern: UInt32(place) << 20))
    return end.isFinite ? end : Double.greatestFiniteMagnitude
  }

  private var sum: Double {
    total(Self.sums) { exponent, isNegative in (isNegative ? -1 : 1) * Self.unit(exponent) }
  }

  private var sumOfSquares: Double {
    total(Self.squares) { exponent, _ in
      Self.unit(exponent) * Self.unit(exponent) * Double(1 << Self.squareShift)
    }
  }

  /// What the last bit of a mantissa is worth.
  private static func unit(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: max(exponent, 1) - 150, significand: 1)
  }

  private func total(_ first: Int, _ scale: (Int, Bool) -> Double) -> Double {
    (0..<2 * Self.exponents).reduce(0) { sum, place in
      let exponent = place % Self.exponents
      return sum + Double(words[first + place]) * scale(exponent, place >= Self.exponents)
    }
  }
}
