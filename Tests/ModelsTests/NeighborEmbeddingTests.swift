import Foundation
import Tensors
import Testing

@testable import Models

@Suite("t-SNE")
struct NeighborEmbeddingTests {
  /// Points [count, 6] in three clusters, with a few that are equal.
  static func points(_ count: Int) -> Tensor {
    let points = Tensor(count, 6)
    let stream = RandomStream(seed: 9, purpose: .sampling)
    for row in 0..<count {
      stream.normal(item: row, into: points.rows(row..<row + 1).buffer)
      points.pointer[row * 6] += Float(8 * (row % 3))
      if row % 17 == 3 { points.rows(row..<row + 1).assign(points.rows(row - 3..<row - 2)) }
    }
    return points
  }

  /// Positions [count, 2] that are spread like those of an embedding at work.
  static func positions(_ count: Int) -> [Double] {
    (0..<2 * count).map { 10 * sin(Double($0 * $0 % 1013)) + Double($0 % 6) }
  }

  static func options(_ method: EmbeddingOptions.Method, theta: Double = 0.5) -> EmbeddingOptions {
    var options = EmbeddingOptions()
    (options.method, options.theta, options.perplexity) = (method, theta, 8)
    return options
  }

  @Test("the gradient of the exact method is that of the divergence, by differences")
  func gradient() throws {
    let (count, step) = (40, 1e-5)
    let embedding = try NeighborEmbedding(
      Self.points(count), options: Self.options(.exact), across: SoloGather())
    let start = Self.positions(count)
    embedding.move(to: start)
    let gradient = try embedding.gradient()
    let scale = gradient.map(abs).max()!
    for place in start.indices {
      let sides = try [step, -step].map { change in
        var moved = start
        moved[place] += change
        embedding.move(to: moved)
        return try embedding.divergence()
      }
      let difference = (sides[0] - sides[1]) / (2 * step)
      #expect(abs(gradient[place] - difference) < 1e-7 * scale, "coordinate \(place)")
    }
  }

  @Test("the divergence is that of the definition")
  func divergence() throws {
    let count = 40
    let points = Self.points(count)
    let embedding = try NeighborEmbedding(
      points, options: Self.options(.exact), across: SoloGather())
    let y = Self.positions(count)
    embedding.move(to: y)
    let p = try dense(points, neighbors: count - 1)
    func w(_ i: Int, _ j: Int) -> Double {
      let (dx, dy) = (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1])
      return 1 / (1 + dx * dx + dy * dy)
    }
    let pairs = (0..<count * count).map { ($0 / count, $0 % count) }.filter { $0 != $1 }
    let z = pairs.reduce(0) { $0 + w($1.0, $1.1) }
    let expected = pairs.reduce(0.0) { sum, pair in
      let value = p[pair.0 * count + pair.1]
      return value > 0 ? sum + value * log(value / (w(pair.0, pair.1) / z)) : sum
    }
    #expect(abs(try embedding.divergence() - expected) < 1e-12)
  }

  private func dense(_ points: Tensor, neighbors: Int) throws -> [Double] {
    let count = points.shape[0]
    let joint = try JointProbabilities(
      points, perplexity: 8, neighbors: neighbors,
      deal: BlockDeal(count, block: 64, across: SoloGather()), across: SoloGather())
    var p = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for place in Int(joint.starts[row])..<Int(joint.starts[row + 1]) {
        p[row * count + Int(joint.columns[place])] = joint.values[place]
      }
    }
    return p
  }

  @Test("joint probabilities are symmetric and sum to 1", arguments: [24, 149])
  func joint(neighbors: Int) throws {
    let count = 150
    let p = try dense(Self.points(count), neighbors: neighbors)
    for row in 0..<count {
      #expect(p[row * count + row] == 0)
      for column in 0..<row { #expect(p[row * count + column] == p[column * count + row]) }
    }
    #expect(abs(p.reduce(0, +) - 1) < 1e-12)
  }

  @Test("neighbours are those of all distances, equal ones by number")
  func neighbors() {
    let count = 150
    let points = Self.points(count)
    let found = NearestNeighbors(
      of: points, count: 9, deal: BlockDeal(count, block: 64, across: SoloGather()))
    for row in 0..<count {
      let all = (0..<count).filter { $0 != row }.map { other -> (Double, Int) in
        let square = (0..<6).reduce(0.0) {
          let d = Double(points.pointer[row * 6 + $1]) - Double(points.pointer[other * 6 + $1])
          return $0 + d * d
        }
        return (square, other)
      }.sorted { $0 < $1 }
      #expect(found.numbers[row * 9..<row * 9 + 9].map(Int.init) == all.prefix(9).map(\.1))
    }
  }

  @Test("a tree that summarises nothing gives the exact forces", arguments: [5, 8, 61, 700])
  func exactTree(count: Int) throws {
    let (exact, z) = try forces(count, .exact, theta: 0)
    let (tree, treeZ) = try forces(count, .barnesHut, theta: 0)
    #expect(abs(treeZ / z - 1) < 1e-13)
    let scale = exact.map(abs).max()!
    for (a, b) in zip(exact, tree) { #expect(abs(a - b) < 1e-12 * scale) }
  }

  @Test("a tree comes near the exact forces")
  func approximateTree() throws {
    let (exact, z) = try forces(3000, .exact, theta: 0)
    var last = 0.0
    for (theta, limit) in [(0.1, 1e-3), (0.5, 0.05)] {
      let (tree, treeZ) = try forces(3000, .barnesHut, theta: theta)
      let error = zip(exact, tree).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let size = exact.reduce(0) { $0 + $1 * $1 }
      let relative = (error / size).squareRoot()
      #expect(relative < limit && relative > last, "theta \(theta): \(relative)")
      #expect(abs(treeZ / z - 1) < limit)
      last = relative
    }
  }

  private func forces(
    _ count: Int, _ method: EmbeddingOptions.Method, theta: Double
  ) throws -> (forces: [Double], sum: Double) {
    let deal = BlockDeal(count, block: 64, across: SoloGather())
    let repulsion: any Repulsion =
      method == .exact
      ? ExactRepulsion(deal: deal, across: SoloGather())
      : try TreeRepulsion(
        points: count, theta: theta, rows: 0..<count, across: SoloGather())
    var forces = [Double](repeating: 0, count: 3 * count)
    var positions = Self.positions(count)
    // Points in one place do not end the division into cells.
    for point in 0..<min(count, 20) { positions[2 * point] = 1 }
    for point in 0..<min(count, 20) { positions[2 * point + 1] = 2 }
    let sum = try repulsion.compute(positions, into: &forces)
    return (forces, sum)
  }

  @Test("clusters come apart", arguments: EmbeddingOptions.Start.allCases)
  func clusters(start: EmbeddingOptions.Start) throws {
    let count = 300
    var options = Self.options(.barnesHut)
    options.start = start
    let embedding = try NeighborEmbedding(
      Self.points(count), options: options, across: SoloGather())
    var reports: [Int] = []
    let last = try embedding.run(reportEvery: 400) { iteration, _ in reports.append(iteration) }
    #expect(reports == [400, 800, 1000])
    #expect(try last > 0 && last < 1.2 && last == embedding.divergence())
    let y = embedding.positions
    let strangers = (0..<count).count { point in
      func distance(_ other: Int) -> Double {
        hypot(y[2 * other] - y[2 * point], y[2 * other + 1] - y[2 * point + 1])
      }
      let nearest = (0..<count).filter { $0 != point }.min { distance($0) < distance($1) }!
      // A copy of a point is in the point's cluster, which is that of its own number: 3 apart.
      return nearest % 3 != point % 3
    }
    #expect(strangers < count / 50)
  }

  @Test("points all in one place end in finite positions")
  func equalPoints() throws {
    let points = Tensor(60, 4)
    points.fill(2)
    for method in [EmbeddingOptions.Method.exact, .barnesHut] {
      var options = Self.options(method)
      options.iterations = 300
      let embedding = try NeighborEmbedding(points, options: options, across: SoloGather())
      try embedding.run { _, _ in }
      #expect(embedding.positions.allSatisfy { $0.isFinite })
    }
  }

  @Test("options that do not fit the points are errors in one line")
  func badOptions() {
    func message(_ points: Int, _ change: (inout EmbeddingOptions) -> Void) -> String {
      var options = EmbeddingOptions()
      change(&options)
      do throws(EmbeddingError) { try options.check(points: points) } catch {
        return error.description
      }
      return ""
    }
    #expect(message(91) { _ in } == "")
    #expect(message(90) { _ in }.contains("too large for 90 points: at most 29.6"))
    #expect(message(3) { $0.perplexity = 1 }.contains("3 points are too few"))
    #expect(message(500) { $0.perplexity = .nan }.contains("perplexity is nan"))
    #expect(message(500) { $0.theta = 1.5 }.contains("theta is 1.5"))
    #expect(message(500) { $0.iterations = 0 }.contains("iterations"))
    #expect(message(500) { $0.exaggeration = 0.5 }.contains("exaggeration"))
    #expect(message(500) { $0.learningRate = -1 }.contains("learning rate"))
    #expect(message(50_000) { $0.method = .exact }.contains("too many"))
  }
}
