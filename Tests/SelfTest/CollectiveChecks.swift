import DataParallel
import MessagePassing
import Tensors

/// Broadcasts and gatherings of all sizes, from all ranks.
struct CollectiveChecks {
  private let communicator: Communicator
  private var ranks: Range<Int> { 0..<communicator.size }

  init(_ communicator: Communicator) { self.communicator = communicator }

  func run() throws {
    for root in ranks { try broadcast(from: root) }
    try broadcastInPieces()
    try allGather()
    try gather()
    try integers()
    try sums()
    try clocks()
  }

  private func bytes(_ rank: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: 31 * $0 + 7 * rank) }
  }

  private func broadcast(from root: Int) throws {
    for count in [0, 1, 1000, 3 << 20] {
      // Others bring arrays of other lengths, which must not matter.
      let mine = communicator.rank == root ? bytes(root, count) : [9, 9]
      let found = try communicator.broadcast(mine, root: root)
      try check(found == bytes(root, count), "broadcast of \(count) bytes from rank \(root)")
    }
  }

  /// MPI counts with 32 bits; larger buffers go in pieces, small ones here.
  private func broadcastInPieces() throws {
    let root = communicator.size - 1
    for (count, piece) in [(1000, 64), (1024, 64), (63, 64), (5, 1)] {
      let right = bytes(root, count)
      var buffer = communicator.rank == root ? right : bytes(root + 1, count)
      try buffer.withUnsafeMutableBytes {
        try communicator.broadcast($0, root: root, inPiecesOf: piece)
      }
      try check(buffer == right, "broadcast of \(count) bytes in pieces of \(piece)")
    }
  }

  private func allGather() throws {
    for unit in [0, 1, 999] {
      // Rank 0 brings nothing, others ever more.
      let all = try communicator.allGather(bytes(communicator.rank, communicator.rank * unit))
      try check(all == ranks.map { bytes($0, $0 * unit) }, "all-gather of unequal sizes")
    }
    let counts = ranks.map { ($0 * 3) % 4 }
    func values(_ rank: Int) -> [Double] {
      (0..<counts[rank]).map { Double(rank) + Double($0) / 8 }
    }
    let all = try communicator.allGather(values(communicator.rank), counts: counts)
    try check(all == ranks.flatMap(values), "all-gather of doubles")
  }

  /// The watchdog compares how many calls ranks have come to.
  private func clocks() throws {
    let before = Pulse.collectives
    let clock = try ClockAlignment.measure(communicator)
    try check(
      Pulse.collectives - before == (communicator.size > 1 ? 1 : 0),
      "\(Pulse.collectives - before) waiting calls to align clocks")
    try check(clock.error >= 0, "a clock's error of \(clock.error) ns")
  }

  /// Whole numbers beyond those that doubles hold.
  private func integers() throws {
    for root in ranks {
      let large = Int64(1) << 55 + Int64(communicator.rank)
      for (kind, right) in [
        (Communicator.IntegerReduction.sum, ranks.reduce(0) { $0 + Int64(1) << 55 + Int64($1) }),
        (.greatest, Int64(1) << 55 + Int64(communicator.size - 1)),
      ] {
        var values = [large, -1]
        try communicator.reduce(&values, kind, root: root)
        guard communicator.rank == root else { continue }
        let other = kind == .sum ? -Int64(communicator.size) : -1
        try check(values == [right, other], "\(kind) of integers at rank \(root)")
      }
    }
  }

  private func gather() throws {
    for root in ranks {
      func values(_ rank: Int) -> [Float] { (0..<(rank * 5) % 7).map { Float(rank * 100 + $0) } }
      let all = try values(communicator.rank).withUnsafeBufferPointer {
        try communicator.gather($0, root: root)
      }
      let right = communicator.rank == root ? ranks.flatMap(values) : []
      try check(all == right, "gather of unequal sizes at rank \(root)")
    }
  }

  /// Rows of all shards, summed in the tree's association: compared bit by bit.
  private func sums() throws {
    for shards in [communicator.size, communicator.size + 1, 8, 13]
    where shards >= communicator.size {
      let layout = ShardLayout(shards: shards, ranks: communicator.size, rank: communicator.rank)
      let sum = RankSum(communicator, layout: layout)
      func row(_ shard: Int) -> [Double] { (0..<5).map { Double(shard + 1) / Double($0 * 7 + 3) } }
      let found = try sum.sum(layout.local.flatMap(row), width: 5)
      let tree = ReductionTree(shards: shards)
      let right = (0..<5).map { column in tree.sum((0..<shards).map { row($0)[column] }) }
      try check(found == right, "sum over \(shards) shards")
    }
  }
}
