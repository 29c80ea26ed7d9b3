import Objectives
import Tensors

/// The first samples of every shard, and a choice of them that all ranks make alike.
struct KeptSamples {
  /// What a kept sample is found by: its place in its shard comes first, so that a choice takes samples
  /// of all shards.
  private struct Key: Comparable {
    let place: Int
    let shard: Int
    static func < (a: Key, b: Key) -> Bool { (a.place, a.shard) < (b.place, b.shard) }
  }

  /// The most samples of a shard, and of a choice.
  let most: Int
  /// The number of values a sample.
  let width: Int
  private var keys: [Key] = []
  private var values: [Float] = []
  private var counts: [Int: Int] = [:]

  init(most: Int, width: Int) {
    (self.most, self.width) = (most, width)
  }

  /// Keeps what there is room for of a shard's samples [rows, width].
  mutating func add(_ samples: Tensor, shard: Int) {
    let there = counts[shard, default: 0]
    let rows = min(samples.shape[0], most - there)
    guard rows > 0 else { return }
    counts[shard] = there + rows
    keys += (there..<there + rows).map { Key(place: $0, shard: shard) }
    values += UnsafeBufferPointer(start: samples.pointer, count: rows * width)
  }

  /// At most `most` samples of all ranks, [n, width]: the same ones on any number of ranks. Every rank
  /// calls this together.
  func chosen(across: any GlobalGather) throws -> Tensor {
    let one = [Int](repeating: 1, count: across.ranks)
    let perRank = try across.gather([Double(keys.count)], counts: one).map { Int($0) }
    let all = try across.gather(
      keys.flatMap { [Double($0.place), Double($0.shard)] }, counts: perRank.map { 2 * $0 })
    let everywhere = (0..<all.count / 2).map {
      (Key(place: Int(all[2 * $0]), shard: Int(all[2 * $0 + 1])), $0)
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
