import CKernels
import Tensors

/// The probabilities p_ij = (p_j|i + p_i|j) / 2N that t-SNE wants an embedding to have: the rows of a
/// sparse, symmetric matrix that belong to this rank.
///
/// p_j|i ∝ exp(−β_i |x_i − x_j|²) over the nearest neighbours j of i, with β_i such that the entropy is
/// log(perplexity).
/// Source: van der Maaten, Hinton, "Visualizing data using t-SNE", JMLR 9 (2008); neighbours only:
/// van der Maaten, "Accelerating t-SNE using tree-based algorithms", JMLR 15 (2014).
struct JointProbabilities {
  /// The rows of this rank.
  let rows: Range<Int>
  /// Where a row's entries begin, and at last where they end: [rows + 1].
  private(set) var starts: [Int64] = [0]
  /// The columns of the entries, rising in a row.
  private(set) var columns: [UInt32] = []
  /// The entries.
  private(set) var values: [Double] = []
  /// Σ_ij p_ij log p_ij over all rows of all ranks.
  private(set) var negativeEntropy = 0.0

  /// Computes the rows of this rank. Every rank calls this together.
  init(
    _ points: Tensor, perplexity: Double, neighbors count: Int, deal: BlockDeal,
    across: any GlobalGather
  ) throws {
    rows = deal.local
    let neighbors = NearestNeighbors(of: points, count: count, deal: deal)
    var conditional = [Double](repeating: 0, count: neighbors.squares.count)
    neighbors.squares.withUnsafeBufferPointer { squares in
      conditional.withUnsafeMutableBufferPointer { conditional in
        for start in stride(from: 0, to: squares.count, by: count) {
          _ = sdt_calibrate(
            squares.baseAddress! + start, count, perplexity, conditional.baseAddress! + start)
        }
      }
    }
    let counts = deal.counts.map { $0 * count }
    let all = try across.gather(conditional, counts: counts)
    let numbers = try across.gather(neighbors.numbers.map(Double.init), counts: counts)
    symmetrize(all, numbers.map { UInt32($0) }, count, points: points.shape[0])
    negativeEntropy = try entropy(deal, across)
  }

  /// Joins what a row's point gives to others with what others give to it.
  private mutating func symmetrize(
    _ conditional: [Double], _ numbers: [UInt32], _ count: Int, points: Int
  ) {
    let received = received(numbers)
    let scale = 1 / Double(2 * points)
    for row in rows {
      let given = (row * count..<(row + 1) * count).sorted { numbers[$0] < numbers[$1] }
      let own = received.starts[row - rows.lowerBound]..<received.starts[row - rows.lowerBound + 1]
      var taken = own.lowerBound
      // Both lists rise in the other point's number.
      for place in given {
        while taken < own.upperBound, received.givers[taken] / count < Int(numbers[place]) {
          append(received.givers[taken] / count, conditional[received.givers[taken]] * scale)
          taken += 1
        }
        var value = conditional[place]
        if taken < own.upperBound, received.givers[taken] / count == Int(numbers[place]) {
          value += conditional[received.givers[taken]]
          taken += 1
        }
        append(Int(numbers[place]), value * scale)
      }
      for giver in received.givers[taken..<own.upperBound] {
        append(giver / count, conditional[giver] * scale)
      }
      starts.append(Int64(values.count))
    }
  }

  private mutating func append(_ column: Int, _ value: Double) {
    columns.append(UInt32(column))
    values.append(value)
  }

  /// The places in `numbers` at which this rank's points are neighbours of others, point by point and
  /// rising.
  private func received(_ numbers: [UInt32]) -> (starts: [Int], givers: [Int]) {
    var starts = [Int](repeating: 0, count: rows.count + 1)
    for number in numbers where rows.contains(Int(number)) {
      starts[Int(number) - rows.lowerBound + 1] += 1
    }
    for row in rows.indices { starts[row - rows.lowerBound + 1] += starts[row - rows.lowerBound] }
    var next = starts
    var givers = [Int](repeating: 0, count: starts.last!)
    for (place, number) in numbers.enumerated() where rows.contains(Int(number)) {
      givers[next[Int(number) - rows.lowerBound]] = place
      next[Int(number) - rows.lowerBound] += 1
    }
    return (starts, givers)
  }

  private func entropy(_ deal: BlockDeal, _ across: any GlobalGather) throws -> Double {
    let sums = rows.indices.map { row in
      let place = row - rows.lowerBound
      return values[Int(starts[place])..<Int(starts[place + 1])].reduce(0) {
        $0 + ($1 > 0 ? $1 * sdt_log_f64($1) : 0)
      }
    }
    return try across.gather(sums, counts: deal.counts).reduce(0, +)
  }
}
