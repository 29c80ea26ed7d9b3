import Foundation
import Reporting

/// Whether all ranks can read the same samples, and fast.
public enum DatasetCheck {
  /// Judges the training samples.
  public static func judge(_ all: [OfRank<DatasetFacts>], ranks: Int, plan: Plan) -> [Finding] {
    guard let facts = all.first?.facts else { return [] }
    let findings =
      FileCheck.different(
        all, "the dataset", "keep it in a folder that all hosts see, or copy the same file to all",
        check: .dataset
      ) { $0.identity }
      + FileCheck.different(
        all, "the HDF5 library", "load the same module on every host", check: .dataset
      ) { $0.library }
      + layout(facts, ranks: ranks, plan) + locks(all) + few(facts, plan)
    return [summary(facts, ranks: ranks, plan)] + findings
  }

  /// How many bytes HDF5 unpacks for one that is wanted, when a block of samples is read.
  public static func amplification(_ facts: DatasetFacts) -> Double {
    guard let chunk = facts.chunk, let rows = chunk.first, rows > 0, facts.count > 0 else {
      return 1
    }
    // A block that begins anywhere in a chunk touches one more, on average.
    let block = min(facts.block, facts.count)
    let touched = min(
      Double(block - 1) / Double(rows) + 1, ceil(Double(facts.count) / Double(rows)))
    let across = zip(facts.shape.dropFirst(), chunk.dropFirst()).map { ($0 + $1 - 1) / $1 }
    let bytes = Double(chunk.reduce(1, *) * facts.elementBytes)
    let wanted = Double(block * facts.shape.dropFirst().reduce(1, *) * facts.elementBytes)
    return touched * Double(across.reduce(1, *)) * bytes / max(wanted, 1)
  }

  /// Whether a rank keeps its samples in memory.
  static func isKept(_ facts: DatasetFacts, ranks: Int, _ plan: Plan) -> Bool {
    !plan.neverKept && (plan.isGlobal ? facts.bytes : facts.bytes / max(ranks, 1)) <= plan.memory
  }

  private static func summary(_ facts: DatasetFacts, ranks: Int, _ plan: Plan) -> Finding {
    let axes = facts.shape.map(String.init).joined(separator: "×")
    let chunk =
      facts.chunk.map { "chunks \($0.map(String.init).joined(separator: "×"))" } ?? "contiguous"
    let filters = facts.filters.isEmpty ? "not compressed" : facts.filters.joined(separator: "+")
    let place =
      isKept(facts, ranks: ranks, plan)
      ? "kept in memory" : "streamed (more than data.memory, \(Format.bytes(plan.memory)))"
    let shard = plan.shards.map { ", \(facts.count / $0) samples a shard" } ?? ""
    let rate = facts.readRate.map { ", read with \(Format.bytes(Int($0)))/s" } ?? ""
    return Finding(
      .dataset, .ok,
      "\(facts.name): \(axes), \(chunk), \(filters), \(Format.bytes(facts.bytes)) \(place)\(shard)\(rate)"
        + "; on \(facts.fileSystem?.kind ?? "an unknown file system"), HDF5 \(facts.library)")
  }

  /// A chunk is what HDF5 reads and unpacks as one piece: it should be as small as what is wanted.
  private static func layout(_ facts: DatasetFacts, ranks: Int, _ plan: Plan) -> [Finding] {
    let factor = amplification(facts)
    let chunk = (facts.chunk ?? []).reduce(1, *) * facts.elementBytes
    guard let chunks = facts.chunk else { return [] }
    let advice =
      "re-chunk it once: swift-dist-train data repack \(facts.name.prefix { $0 != ":" }) "
      + "--output repacked.h5"
    if isKept(facts, ranks: ranks, plan) {
      // It is read once; a chunk that all ranks share is unpacked by each.
      let part = facts.count / max(ranks, 1)
      guard chunks[0] > 4 * max(part, facts.block) || chunk > 256 << 20 else { return [] }
      return [
        Finding(
          .dataset, .note,
          "chunks of \(chunks[0]) samples (\(Format.bytes(chunk))): every rank unpacks all of one to get "
            + "its \(part) samples, once at the start", advice: advice)
      ]
    }
    guard factor > 4 else { return [] }
    return [
      Finding(
        .dataset, factor > 16 ? .problem : .note,
        "chunks of \(chunks[0]) samples (\(Format.bytes(chunk))) are large against the blocks of "
          + "\(facts.block) samples that are streamed: about \(Int(factor.rounded())) bytes are unpacked for one that "
          + "is wanted", advice: advice)
    ]
  }

  private static func locks(_ all: [OfRank<DatasetFacts>]) -> [Finding] {
    let without = all.filter { $0.facts.lockFailure != nil }
    guard let facts = without.first?.facts, facts.lockingVariable?.uppercased() != "FALSE" else {
      return []
    }
    return [
      Finding(
        .dataset, .note,
        "\(facts.fileSystem?.kind ?? "the file system") cannot lock files (\(facts.lockFailure!)); the "
          + "program reads without, but other programs of HDF5 may refuse the file",
        advice: "set HDF5_USE_FILE_LOCKING=FALSE for those, and write no file that is being read",
        ranks: without.map(\.rank), hosts: hosts(of: without))
    ]
  }

  private static func few(_ facts: DatasetFacts, _ plan: Plan) -> [Finding] {
    guard let batch = plan.globalBatch, batch > facts.count else { return [] }
    return [
      Finding(
        .dataset, .problem,
        "training.global_batch is \(batch), but there are \(facts.count) samples",
        advice: "make training.global_batch smaller")
    ]
  }
}
