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
  private static let block = 1024

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
    for start in stride(from: 0, to: count, by: Self.block) {
      addBlock(
        partials, offset + start, min(Self.block, count - start), into: result + start)
    }
  }

  private func addBlock(
    _ partials: [UnsafeMutablePointer<Float>], _ start: Int, _ count: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    func pointer(_ operand: Operand) -> UnsafeMutablePointer<Float> {
      switch operand {
      case .partial(let number): partials[number] + start
      case .scratch(let slot): scratch.pointer + slot * Self.block
      }
    }
    guard let last = additions.last else {
      return result.update(from: partials[0] + start, count: count)
    }
    for addition in additions.dropLast() {
      sdt_add_into(
        pointer(.scratch(addition.scratch)), pointer(addition.left), pointer(addition.right), count)
    }
    sdt_add_into(result, pointer(last.left), pointer(last.right), count)
  }
}
