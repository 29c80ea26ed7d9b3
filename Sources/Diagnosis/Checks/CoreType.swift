/// The kernels of OpenBLAS for x86-64, by what a CPU must be able to do for them.
///
/// The names are those of `OPENBLAS_CORETYPE` and `openblas_get_corename`; source: dynamic.c of
/// OpenBLAS. CPUs of other makers share kernels: Zen's are those of Haswell.
enum CoreType: Int, CaseIterable, Comparable {
  case prescott, nehalem, sandybridge, haswell, skylakeX, cooperlake, sapphireRapids

  static func < (a: CoreType, b: CoreType) -> Bool { a.rawValue < b.rawValue }

  /// The name to set.
  var name: String {
    switch self {
    case .prescott: "Prescott"
    case .nehalem: "Nehalem"
    case .sandybridge: "Sandybridge"
    case .haswell: "Haswell"
    case .skylakeX: "SkylakeX"
    case .cooperlake: "Cooperlake"
    case .sapphireRapids: "SapphireRapids"
    }
  }

  /// What a CPU needs, as /proc/cpuinfo names it.
  private var needs: Set<String> {
    switch self {
    case .prescott: ["pni"]
    case .nehalem: ["sse4_2"]
    case .sandybridge: ["avx"]
    case .haswell: ["avx2", "fma"]
    case .skylakeX: ["avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq"]
    case .cooperlake: CoreType.skylakeX.needs.union(["avx512_bf16"])
    case .sapphireRapids: CoreType.cooperlake.needs.union(["amx_bf16"])
    }
  }

  /// All features that matter here.
  static let features = allCases.reduce(into: Set<String>()) { $0.formUnion($1.needs) }

  /// The best that a CPU can do; nil for one of another architecture.
  init?(features: Set<String>) {
    guard let best = Self.allCases.last(where: { $0.needs.isSubset(of: features) }) else {
      return nil
    }
    self = best
  }

  /// By the name that OpenBLAS gives; nil where it is not known here.
  init?(name: String) {
    switch name.lowercased() {
    case "core2", "penryn", "dunnington", "atom", "athlon", "opteron", "opteron_sse3", "nano",
      "bobcat", "prescott", "generic":
      self = .prescott
    case "nehalem", "barcelona": self = .nehalem
    case "sandybridge", "bulldozer", "piledriver", "steamroller": self = .sandybridge
    case "haswell", "zen", "excavator": self = .haswell
    default:
      guard let known = Self.allCases.first(where: { $0.name.lowercased() == name.lowercased() })
      else {
        return nil
      }
      self = known
    }
  }
}
