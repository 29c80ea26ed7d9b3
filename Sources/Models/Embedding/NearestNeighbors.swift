import CKernels
import Tensors

/// The nearest neighbours of points, exactly, in Float64: all distances, a tile at a time.
struct NearestNeighbors {
  /// The number of neighbours of a point, K.
  let count: Int
  /// The points that this rank has found neighbours for.
  let rows: Range<Int>
  /// The neighbours' numbers, [rows, K]: the nearest first and of equal distances the smaller number;
  /// when all others are neighbours, rising.
  private(set) var numbers: [UInt32]
  /// Their squared distances: [rows, K].
  private(set) var squares: [Double]

  private static let tile = 1024

  /// Searches for this rank's points.
  /// - Parameters:
  ///   - points: all points, [N, D].
  ///   - deal: points to ranks, in blocks of one shape of product.
  init(of points: Tensor, count: Int, deal: BlockDeal) {
    self.count = count
    rows = deal.local
    numbers = [UInt32](repeating: 0, count: deal.local.count * count)
    squares = [Double](repeating: 0, count: deal.local.count * count)
    guard !rows.isEmpty else { return }
    if count == points.shape[0] - 1 {
      takeAll(points)
    } else {
      search(points, deal)
      for row in rows { settle(row - rows.lowerBound, row, points) }
    }
  }

  private mutating func takeAll(_ points: Tensor) {
    let width = points.shape[1]
    var place = 0
    for row in rows {
      for other in 0..<points.shape[0] where other != row {
        numbers[place] = UInt32(other)
        squares[place] = sdt_squared_distance_f64(
          points.pointer + row * width, points.pointer + other * width, width)
        place += 1
      }
    }
  }

  /// Finds candidates by |a|² + |b|² − 2a·b: products, which are fast.
  private mutating func search(_ points: Tensor, _ deal: BlockDeal) {
    let (total, width) = (points.shape[0], points.shape[1])
    let zero = [Double](repeating: 0, count: width)
    let norms = (0..<total).map { sdt_squared_length(points.pointer + $0 * width, width) }
    var held = [Int](repeating: 0, count: rows.count)
    var tile = [Double](repeating: 0, count: Self.tile * width)
    var block = [Double](repeating: 0, count: deal.block * width)
    var products = [Double](repeating: 0, count: deal.block * Self.tile)
    for start in stride(from: 0, to: total, by: Self.tile) {
      let columns = min(Self.tile, total - start)
      sdt_center_rows(&tile, points.pointer + start * width, zero, columns, width)
      for number in deal.localBlocks {
        let range = deal.range(ofBlock: number)
        sdt_center_rows(
          &block, points.pointer + range.lowerBound * width, zero, range.count, width)
        multiply(
          block, tile, .transposed, into: &products, m: range.count, n: columns, k: width)
        for row in range {
          offer(row, products, (row - range.lowerBound) * columns, norms, start, columns, &held)
        }
      }
    }
  }

  private mutating func offer(
    _ row: Int, _ products: [Double], _ offset: Int, _ norms: [Double], _ first: Int,
    _ columns: Int, _ held: inout [Int]
  ) {
    let place = row - rows.lowerBound
    let count = count
    products.withUnsafeBufferPointer { products in
      norms.withUnsafeBufferPointer { norms in
        squares.withUnsafeMutableBufferPointer { squares in
          numbers.withUnsafeMutableBufferPointer { numbers in
            held[place] = sdt_nearest_offer(
              products.baseAddress! + offset, norms.baseAddress! + first, norms[row], columns,
              UInt32(first), UInt32(row), count, held[place],
              squares.baseAddress! + place * count, numbers.baseAddress! + place * count)
          }
        }
      }
    }
  }

  /// Puts a point's neighbours in order by distances without the rounding of the formula above.
  private mutating func settle(_ place: Int, _ row: Int, _ points: Tensor) {
    let width = points.shape[1]
    let range = place * count..<(place + 1) * count
    let found = numbers[range].map { number in
      (
        square: sdt_squared_distance_f64(
          points.pointer + row * width, points.pointer + Int(number) * width, width),
        number: number
      )
    }.sorted { ($0.square, $0.number) < ($1.square, $1.number) }
    for (index, neighbor) in zip(range, found) {
      numbers[index] = neighbor.number
      squares[index] = neighbor.square
    }
  }
}
