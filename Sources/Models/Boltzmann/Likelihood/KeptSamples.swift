import Objectives
import Tensors

/// A random choice of samples that all ranks make alike: those whose words are smallest, where every
/// sample's word is drawn by its place in the dataset.
///
/// So any part of the dataset, such as a class of a file that is sorted by classes, is represented as in
/// the whole, up to chance, and the choice depends on neither ranks nor shards.
struct KeptSamples {
  /// A word, and the sample's place in the dataset where words are the same.
  private struct Key: Comparable {
    let word: UInt32
    let id: UInt32
    static func < (a: Key, b: Key) -> Bool { (a.word, a.id) < (b.word, b.id) }
  }

  /// The most samples of a choice, and so of any rank.
  let most: Int
  /// The number of values a sample.
  let width: Int
  private let stream: RandomStream
  private var keys: [Key] = []
  private var values: [Float] = []
  /// Where the largest key is.
  private var last = 0

  /// - Parameter stream: where a sample's word is drawn, by its id.
  init(most: Int, width: Int, stream: RandomStream) {
    (self.most, self.width, self.stream) = (most, width, stream)
  }

  /// Looks at samples [rows, width], and keeps those that belong to the smallest so far.
  mutating func add(_ samples: Tensor, ids: UnsafePointer<UInt32>) {
    for row in 0..<samples.shape[0] {
      guard let place = place(for: key(of: ids[row])) else { continue }
      let sample = UnsafeBufferPointer(start: samples.pointer + row * width, count: width)
      values.replaceSubrange(
        place * width..<min((place + 1) * width, values.count), with: sample)
    }
  }

  private func key(of id: UInt32) -> Key {
    var word: UInt32 = 0
    withUnsafeMutablePointer(to: &word) {
      stream.words(item: Int(id), into: UnsafeMutableBufferPointer(start: $0, count: 1))
    }
    return Key(word: word, id: id)
  }

  /// Where a sample is to be put; nil where it is none of the smallest.
  private mutating func place(for key: Key) -> Int? {
    var place = keys.count
    if place < most {
      keys.append(key)
    } else {
      guard most > 0, key < keys[last] else { return nil }
      place = last
      keys[place] = key
    }
    if keys.count == most { last = keys.indices.max { keys[$0] < keys[$1] } ?? 0 }
    return place
  }

  /// At most `most` samples of all ranks, [n, width]: the same ones on any number of ranks. Every rank
  /// calls this together.
  func chosen(across: any GlobalGather) throws -> Tensor {
    let one = [Int](repeating: 1, count: across.ranks)
    let perRank = try across.gather([Double(keys.count)], counts: one).map { Int($0) }
    let all = try across.gather(
      keys.flatMap { [Double($0.word), Double($0.id)] }, counts: perRank.map { 2 * $0 })
    let everywhere = (0..<all.count / 2).map {
      (Key(word: UInt32(all[2 * $0]), id: UInt32(all[2 * $0 + 1])), $0)
    }
    let order = everywhere.sorted { $0.0 < $1.0 }.prefix(most).map(\.1)
    return try collect(order, perRank, across)
  }

  /// - Parameter order: places among the samples of all ranks, one rank after the other.
  private func collect(
    _ order: [Int], _ perRank: [Int], _ across: any GlobalGather
  ) throws -> Tensor {
    var first = 0
    var chosenOfRanks: [[Int]] = []
    let wanted = order.sorted()
    for count in perRank {
      chosenOfRanks.append(
        wanted.filter { (first..<first + count).contains($0) }.map { $0 - first })
      first += count
    }
    let own = chosenOfRanks[across.rank].flatMap { place in
      values[place * width..<(place + 1) * width].map(Double.init)
    }
    let rows = try across.gather(own, counts: chosenOfRanks.map { $0.count * width })
    let result = Tensor(order.count, width)
    let rowOf = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, $0) })
    for (row, place) in order.enumerated() {
      for i in 0..<width {
        result.pointer[row * width + i] = Float(rows[rowOf[place]! * width + i])
      }
    }
    return result
  }
}
