import Dispatch
import HDF5

/// The samples of one source in the order of the plan, from memory or from the file.
protocol SampleStream: AnyObject {
  /// Goes to the start of an epoch.
  func begin(epoch: Int)
  /// The sample at a place of the epoch's order. Places never go back within an epoch.
  func sample(at position: Int) throws -> (row: UnsafeRawPointer, id: UInt32, label: Int32)
}

/// A source of which two windows are in memory: one in use, the next one being read.
final class StreamedSource: SampleStream {
  private let plan: EpochPlan
  private let source: Int
  private var current: SampleWindow
  private var next: SampleWindow
  private var epoch = 0

  init(_ table: SampleTable, _ plan: EpochPlan, source: Int) {
    self.plan = plan
    self.source = source
    current = SampleWindow(table, plan, source: source)
    // A source of one window is read once and stays.
    next =
      plan.windowCount(of: source) > 1 ? SampleWindow(table, plan, source: source) : current
  }

  func begin(epoch: Int) { self.epoch = epoch }

  func sample(at position: Int) throws -> (row: UnsafeRawPointer, id: UInt32, label: Int32) {
    if let content = current.content, content.epoch == epoch, current.positions.contains(position) {
      return current.sample(at: position)
    }
    try advance(to: plan.window(containing: position))
    return current.sample(at: position)
  }

  private func advance(to window: Int) throws {
    if next.content.map({ $0 == (epoch, window) }) != true {
      try next.wait()
      next.fill(epoch: epoch, window: window)
    }
    try next.wait()
    swap(&current, &next)
    guard next !== current else { return }
    let last = window + 1 == plan.windowCount(of: source)
    next.fill(epoch: last ? epoch + 1 : epoch, window: last ? 0 : window + 1)
  }
}

/// A source whose samples are all in memory, as stored.
final class CachedSource: SampleStream {
  private let rows: CachedRows
  private let plan: EpochPlan
  private let source: Int
  private var epoch = 0
  private var window: (epoch: Int, number: Int)?
  private var positions = 0..<0
  private var order: [Int32] = []
  private var samples: [Int32] = []

  init(_ rows: CachedRows, _ plan: EpochPlan, source: Int) {
    self.rows = rows
    self.plan = plan
    self.source = source
    order.reserveCapacity(plan.windowCapacity(of: source))
    samples.reserveCapacity(plan.windowCapacity(of: source))
  }

  func begin(epoch: Int) { self.epoch = epoch }

  func sample(at position: Int) throws -> (row: UnsafeRawPointer, id: UInt32, label: Int32) {
    if window?.epoch != epoch || !positions.contains(position) { try turn(to: position) }
    return rows.sample(Int(samples[Int(order[position - positions.lowerBound])]))
  }

  private func turn(to position: Int) throws {
    try rows.wait()
    let number = plan.window(containing: position)
    samples.removeAll(keepingCapacity: true)
    for block in plan.blocks(window: number, of: source, epoch: epoch) {
      for row in block { samples.append(Int32(row)) }
    }
    plan.shuffle(window: number, of: source, epoch: epoch, into: &order)
    positions = plan.window(number, of: source)
    window = (epoch, number)
  }
}

/// A range of a dataset in memory, as stored. Reading starts at once, in the background.
final class CachedRows: @unchecked Sendable {
  // Unchecked: until `wait` has returned only the HDF5 queue touches the contents.
  let range: Range<Int>
  private let table: SampleTable
  private let rows: UnsafeMutableRawPointer
  private let labels: UnsafeMutablePointer<Int32>
  private let done = DispatchSemaphore(value: 0)
  private var isPending = true
  private var failure: (any Error)?

  init(_ table: SampleTable, _ range: Range<Int>) {
    self.table = table
    self.range = range
    rows = .allocate(byteCount: max(range.count, 1) * table.sampleBytes, alignment: 64)
    labels = .allocate(capacity: max(range.count, 1))
    labels.initialize(repeating: -1, count: max(range.count, 1))
    HDF5Queue.async { [self] in
      do { try read() } catch { failure = error }
      done.signal()
    }
  }

  deinit {
    if isPending { done.wait() }
    rows.deallocate()
    labels.deallocate()
  }

  func wait() throws {
    if isPending {
      done.wait()
      isPending = false
    }
    if let failure { throw failure }
  }

  func sample(_ index: Int) -> (row: UnsafeRawPointer, id: UInt32, label: Int32) {
    let place = index - range.lowerBound
    return (
      UnsafeRawPointer(rows + place * table.sampleBytes), UInt32(truncatingIfNeeded: index),
      labels[place]
    )
  }

  private func read() throws {
    // In pieces, so that conversion buffers inside HDF5 stay small.
    let piece = max(1, (8 << 20) / table.sampleBytes)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
      let part = start..<min(start + piece, range.upperBound)
      try table.read(rows: part, into: rows + (start - range.lowerBound) * table.sampleBytes)
    }
    try table.readLabels(rows: range, into: labels)
  }
}
