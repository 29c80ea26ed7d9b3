import Foundation

/// Whether all ranks compute with the same kernels of OpenBLAS, and with the fastest that they have.
public enum KernelCheck {
  /// Judges the kernels of all ranks.
  public static func judge(_ all: [OfRank<KernelFacts>]) -> [Finding] {
    let differences = coreTypes(all) + variables(all) + libraries(all)
    if !differences.isEmpty { return differences }
    guard let facts = all.first?.facts else { return [] }
    let forced =
      facts.environment["OPENBLAS_CORETYPE"] == nil ? "" : ", forced by OPENBLAS_CORETYPE"
    return [
      Finding(
        .kernels, .ok,
        "all ranks use OpenBLAS \(version(facts.configuration)) with \(facts.coreType) kernels\(forced) "
          + "(\(facts.processor)): equal bits on all ranks")
    ]
  }

  /// Other kernels to measure beside those in use, as changes of the environment: where the CPU can do
  /// more, or they were forced. Nil where there is nothing to gain.
  static func alternative(_ facts: KernelFacts) -> [String: String?]? {
    guard let best = CoreType(features: facts.features), let used = CoreType(name: facts.coreType),
      used < best
    else { return nil }
    if facts.environment["OPENBLAS_CORETYPE"] != nil { return ["OPENBLAS_CORETYPE": nil] }
    return ["OPENBLAS_CORETYPE": best.name]
  }

  /// Judges what other kernels would bring.
  /// - Parameters:
  ///   - used: those in use, on rank 0.
  ///   - other: those that the CPU could use.
  public static func judge(
    _ all: [OfRank<KernelFacts>], used: KernelRate, other: KernelRate
  ) -> [Finding] {
    guard let facts = all.first?.facts, other.gigaflops > 1.15 * used.gigaflops else { return [] }
    let share = Int((used.gigaflops / other.gigaflops * 100).rounded())
    let isForced = facts.environment["OPENBLAS_CORETYPE"] != nil
    let common = all.compactMap { CoreType(features: $0.facts.features) }.min()
    let everywhere = Set(all.map { CoreType(features: $0.facts.features) }).count == 1
    let found =
      "\(used.coreType) kernels, \(isForced ? "forced by OPENBLAS_CORETYPE" : "chosen by OpenBLAS"), reach "
      + "\(share) % of the speed of \(other.coreType) on this CPU (\(rate(used)) against "
      + "\(rate(other)) GFLOP/s): the rest is left lying"
    let advice =
      isForced && everywhere
      ? "unset OPENBLAS_CORETYPE on all hosts, unless results must have the bits of other machines"
      : "set OPENBLAS_CORETYPE=\(common?.name ?? other.coreType) on all hosts"
    return [Finding(.kernels, .note, found, advice: advice)]
  }

  private static func rate(_ kernels: KernelRate) -> String {
    String(format: "%.0f", kernels.gigaflops)
  }

  private static func coreTypes(_ all: [OfRank<KernelFacts>]) -> [Finding] {
    let groups = groups(all) { $0.coreType }
    guard groups.count > 1 else { return [] }
    let best = all.compactMap { CoreType(features: $0.facts.features) }.min()
    let used = groups.compactMap { CoreType(name: $0.key) }.min()
    let name = best?.name ?? used?.name ?? groups[0].key
    return groups.dropFirst().map { group in
      Finding(
        .kernels, .problem,
        "\(Diagnosis.name(group.ranks)) use\(group.ranks.count == 1 ? "s" : "") OpenBLAS's "
          + "\(group.key) kernels, but \(Diagnosis.name(groups[0].ranks)) \(groups[0].key): the last bits "
          + "would depend on the number of ranks",
        advice: "set OPENBLAS_CORETYPE=\(name), which all hosts can do, for all ranks (mpirun -x "
          + "OPENBLAS_CORETYPE=\(name))",
        ranks: group.ranks.map(\.rank), hosts: hosts(of: group.ranks))
    }
  }

  /// The size of the cache that OpenBLAS believes in decides how it cuts matrices, and so the bits.
  private static func variables(_ all: [OfRank<KernelFacts>]) -> [Finding] {
    ["OPENBLAS_L2_SIZE", "OPENBLAS_BLOCK_FACTOR"].flatMap { variable -> [Finding] in
      let groups = groups(all) { $0.environment[variable] ?? "not set" }
      return groups.dropFirst().map { group in
        Finding(
          .kernels, .problem,
          "\(variable) is \(group.key) on \(name(group.ranks)), but \(groups[0].key) on the others: the "
            + "last bits would depend on the number of ranks",
          advice: "give all ranks the same: mpirun -x \(variable), or unset it",
          ranks: group.ranks.map(\.rank), hosts: hosts(of: group.ranks))
      }
    }
  }

  private static func libraries(_ all: [OfRank<KernelFacts>]) -> [Finding] {
    // The configuration names the kernels too, which are judged above.
    let groups = groups(all) { facts in
      facts.configuration.split(separator: " ").filter { CoreType(name: String($0)) == nil }
        .joined(separator: " ")
    }
    return groups.dropFirst().map { group in
      Finding(
        .kernels, .problem,
        "\(name(group.ranks)) loaded another OpenBLAS (\(group.key)) than the others "
          + "(\(groups[0].key)): the last bits would depend on the number of ranks",
        advice:
          "load the same module on every host, or put the same library first in LD_LIBRARY_PATH",
        ranks: group.ranks.map(\.rank), hosts: hosts(of: group.ranks))
    }
  }

  /// The number in `OpenBLAS 0.3.21 DYNAMIC_ARCH …`.
  private static func version(_ configuration: String) -> String {
    configuration.split(separator: " ").dropFirst().first.map(String.init) ?? ""
  }
}
