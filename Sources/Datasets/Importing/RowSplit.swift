import Tensors

/// Which rows of an input are set aside for testing: a function of their number, the fraction and
/// the seed alone.
struct RowSplit {
  /// Whether row `i` is a test row.
  let isTest: [Bool]

  /// Sets `fraction` of `count` rows aside, rounded to whole rows, drawn at random by `seed`.
  init(count: Int, fraction: Double, seed: UInt64) {
    var flags = [Bool](repeating: false, count: count)
    let testCount = Int((fraction * Double(count)).rounded())
    if testCount > 0 {
      var order = (0..<Int32(count)).map { $0 }
      RandomStream(seed: seed, purpose: Self.purpose).shuffle(item: 0, &order)
      for row in order.prefix(testCount) { flags[Int(row)] = true }
    }
    isTest = flags
  }

  /// A number that no purpose of training uses.
  private static let purpose = RandomPurpose(number: 1001)

  /// The numbers of rows of the two parts.
  var testCount: Int { isTest.count { $0 } }
  var trainCount: Int { isTest.count - testCount }

  /// Throws unless `fraction` is in [0, 1).
  static func check(_ fraction: Double, file: String) throws {
    if fraction >= 0, fraction < 1 { return }
    throw DatasetError(
      file, "a test fraction of \(fraction)", advice: "give one between 0 and 1, such as 0.2")
  }
}
