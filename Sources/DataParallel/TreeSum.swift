import CKernels
import Tensors

/// Adds partial sums along the reduction tree, block by block in the core's first cache: every partial
/// sum is read once, and nothing but the result is written.
final class TreeSum {
  /// What an addition takes: a partial sum, or what an earlier addition left in a scratch block.
  private enum Operand {
    case partial(Int)
    case scratch(Int)
  }

  private struct Addition {
    let left: Operand
    let right: Operand
    let scratch: Int
  }

  private let additions: [Addition]
  private let scratch: Tensor
  private static let block = 2048

  /// - Parameters:
  ///   - parts: the number of partial sums.
  ///   - schedule: how they join, as `ReductionTree.additions(joining:)` says; the sum ends in part 0.
  init(parts: Int, schedule: [(into: Int, from: Int)]) {
    var operands = (0..<parts).map { Operand.partial($0) }
    var free: [Int] = []
    var used = 0
    additions = schedule.map { into, from in
      for case .scratch(let slot) in [operands[into], operands[from]] { free.append(slot) }
      // An addition may overwrite what it reads: element by element.
      let slot = free.popLast() ?? used
      used = max(used, slot + 1)
      defer { operands[into] = .scratch(slot) }
      return Addition(left: operands[into], right: operands[from], scratch: slot)
    }
    scratch = Tensor(max(used, 1), Self.block)
  }

  /// result[i] = the sum over all partial sums p of p[offset + i], for i below `count`.
  func add(
    _ partials: [UnsafeMutablePointer<Float>], at offset: Int, count: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    // Once a call: nothing in the loop below counts references.
    partials.withUnsafeBufferPointer { partials in
      additions.withUnsafeBufferPointer { additions in
        let blocks = Blocks(partials: partials, additions: additions, scratch: scratch.pointer)
        for start in stride(from: 0, to: count, by: Self.block) {
          blocks.add(
            at: offset + start, count: min(Self.block, count - start), into: result + start)
        }
      }
    }
  }

  private struct Blocks {
    let partials: UnsafeBufferPointer<UnsafeMutablePointer<Float>>
    let additions: UnsafeBufferPointer<Addition>
    let scratch: UnsafeMutablePointer<Float>

    func add(at start: Int, count: Int, into result: UnsafeMutablePointer<Float>) {
      guard let last = additions.last else {
        return result.update(from: partials[0] + start, count: count)
      }
      for addition in additions.dropLast() {
        sdt_add_into(
          scratch + addition.scratch * TreeSum.block, pointer(addition.left, start),
          pointer(addition.right, start), count)
      }
      sdt_add_into(result, pointer(last.left, start), pointer(last.right, start), count)
    }

    private func pointer(_ operand: Operand, _ start: Int) -> UnsafeMutablePointer<Float> {
      switch operand {
      case .partial(let number): partials[number] + start
      case .scratch(let slot): scratch + slot * TreeSum.block
      }
    }
  }
}
