import Dispatch
import HDF5

/// The samples of one window of a source, in memory, and the order in which to take them.
///
/// Filled in the background on the HDF5 queue; the training thread waits before it looks.
final class SampleWindow: @unchecked Sendable {
  // Unchecked: between `fill` and the end of `wait` only the queue touches the contents.
  private let table: SampleTable
  private let plan: EpochPlan
  private let source: Int
  private let rows: UnsafeMutableRawPointer
  private let labels: UnsafeMutablePointer<Int32>
  private let ids: UnsafeMutablePointer<UInt32>
  private let done = DispatchSemaphore(value: 0)
  private var isPending = false
  private var failure: (any Error)?
  private var order: [Int32] = []

  /// The epoch and window that are or will be here.
  private(set) var content: (epoch: Int, window: Int)?
  /// The places in the source's order.
  private(set) var positions = 0..<0

  init(_ table: SampleTable, _ plan: EpochPlan, source: Int) {
    self.table = table
    self.plan = plan
    self.source = source
    let capacity = max(plan.windowCapacity(of: source), 1)
    rows = .allocate(byteCount: capacity * table.sampleBytes, alignment: 64)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: -1, count: capacity)
    ids = .allocate(capacity: capacity)
    ids.initialize(repeating: 0, count: capacity)
  }

  deinit {
    if isPending { done.wait() }
    rows.deallocate()
    labels.deallocate()
    ids.deallocate()
  }

  /// Starts reading a window.
  func fill(epoch: Int, window: Int) {
    precondition(!isPending, "one reading at a time")
    content = (epoch, window)
    positions = plan.window(window, of: source)
    isPending = true
    HDF5Queue.async { [self] in
      do { try read(epoch, window) } catch { failure = error }
      done.signal()
    }
  }

  /// Waits until the window is here.
  func wait() throws {
    if isPending {
      done.wait()
      isPending = false
    }
    if let failure { throw failure }
  }

  /// The sample at a place of the source's order.
  func sample(at position: Int) -> (row: UnsafeRawPointer, id: UInt32, label: Int32) {
    let place = Int(order[position - positions.lowerBound])
    return (UnsafeRawPointer(rows + place * table.sampleBytes), ids[place], labels[place])
  }

  private func read(_ epoch: Int, _ window: Int) throws {
    let blocks = plan.blocks(window: window, of: source, epoch: epoch)
    let alreadyHere = plan.windowCount(of: source) == 1 && !order.isEmpty
    if !alreadyHere {
      var place = 0
      for block in blocks {
        try table.read(rows: block, into: rows + place * table.sampleBytes)
        try table.readLabels(rows: block, into: labels + place)
        for row in block {
          ids[place] = UInt32(truncatingIfNeeded: row)
          place += 1
        }
      }
    }
    plan.shuffle(window: window, of: source, epoch: epoch, into: &order)
  }
}
