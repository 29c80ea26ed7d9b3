import Testing

@testable import Diagnosis

@Suite("Kernels")
struct KernelCheckTests {
  private static let avx2: Set = ["pni", "sse4_2", "avx", "avx2", "fma"]
  private static let avx512 = avx2.union(["avx512f", "avx512vl", "avx512bw", "avx512dq"])

  private func facts(
    _ type: String, _ features: Set<String> = avx512, _ environment: [String: String] = [:],
    library: String = "OpenBLAS 0.3.21 DYNAMIC_ARCH"
  ) -> KernelFacts {
    KernelFacts(
      coreType: type, configuration: "\(library) \(type) MAX_THREADS=64", features: features,
      environment: environment)
  }

  @Test("what a CPU can do")
  func capability() {
    #expect(CoreType(features: Self.avx2) == .haswell)
    #expect(CoreType(features: Self.avx512) == .skylakeX)
    #expect(CoreType(features: Self.avx512.union(["avx512_bf16"])) == .cooperlake)
    #expect(CoreType(features: ["asimd"]) == nil)
    #expect(CoreType(name: "Zen") == .haswell && CoreType(name: "SkylakeX") == .skylakeX)
    #expect(CoreType(name: "neoversen1") == nil)
  }

  @Test("hosts that differ: the best type that all can do")
  func differ() {
    let findings = KernelCheck.judge(
      ranks(
        [facts("SkylakeX"), facts("SkylakeX"), facts("Haswell", Self.avx2)], hosts: ["a", "a", "b"])
    )
    #expect(findings.map(\.verdict) == [.problem])
    #expect(findings[0].ranks == [2] && findings[0].hosts == ["b"])
    #expect(findings[0].advice!.contains("OPENBLAS_CORETYPE=Haswell"))
  }

  @Test("equal kernels")
  func same() {
    let findings = KernelCheck.judge(ranks([facts("SkylakeX"), facts("SkylakeX")]))
    #expect(findings.map(\.verdict) == [.ok] && findings[0].found.contains("0.3.21"))
  }

  @Test("equal kernels that cut matrices differently, or are of another build")
  func variables() {
    let other = facts("SkylakeX", Self.avx512, ["OPENBLAS_L2_SIZE": "512"])
    let cache = KernelCheck.judge(ranks([facts("SkylakeX"), other]))
    #expect(cache.map(\.verdict) == [.problem] && cache[0].ranks == [1])
    #expect(cache[0].found.contains("OPENBLAS_L2_SIZE is 512"))
    let newer = facts("SkylakeX", library: "OpenBLAS 0.3.26 DYNAMIC_ARCH")
    #expect(KernelCheck.judge(ranks([facts("SkylakeX"), newer])).map(\.verdict) == [.problem])
  }

  @Test("which others to measure")
  func alternatives() {
    let forced = facts("Haswell", Self.avx512, ["OPENBLAS_CORETYPE": "Haswell"])
    #expect(KernelCheck.alternative(forced) == ["OPENBLAS_CORETYPE": nil])
    // An OpenBLAS that does not know this CPU.
    #expect(
      KernelCheck.alternative(facts("Haswell")) == ["OPENBLAS_CORETYPE": "SkylakeX"])
    #expect(KernelCheck.alternative(facts("SkylakeX")) == nil)
    #expect(KernelCheck.alternative(facts("armv8", ["asimd"])) == nil)
  }

  @Test("speed that is left lying")
  func slower() {
    let forced = ranks([facts("Haswell", Self.avx512, ["OPENBLAS_CORETYPE": "Haswell"])])
    func judge(_ used: Double, _ all: [OfRank<KernelFacts>]) -> [Finding] {
      KernelCheck.judge(
        all, used: KernelRate(coreType: "Haswell", gigaflops: used),
        other: KernelRate(coreType: "SkylakeX", gigaflops: 100))
    }
    let findings = judge(50, forced)
    #expect(findings.map(\.verdict) == [.note] && findings[0].found.contains("50 %"))
    #expect(findings[0].advice!.hasPrefix("unset OPENBLAS_CORETYPE"))
    #expect(judge(95, forced).isEmpty)
    // Forced since one of the hosts can do no more: there is nothing to gain by unsetting it.
    let mixed = ranks([forced[0].facts, facts("Haswell", Self.avx2)])
    #expect(judge(50, mixed)[0].advice!.contains("OPENBLAS_CORETYPE=Haswell"))
  }
}

@Suite("Speed")
struct SpeedCheckTests {
  private func judge(_ rates: [Double], hosts: [String] = []) -> [Finding] {
    SpeedCheck.judge(ranks(rates.map { CoreSpeed(wall: $0) }, hosts: hosts))
  }

  @Test("a slow rank is pointed out")
  func slow() {
    let findings = judge([100, 98, 70, 101], hosts: ["a", "a", "b", "b"])
    #expect(findings.map(\.verdict) == [.note])
    #expect(findings[0].ranks == [2] && findings[0].hosts == ["b"])
    #expect(findings[0].found.contains("70 %"))
    #expect(judge([100, 40]).map(\.verdict) == [.problem])
  }

  @Test("a rank that shares its core with something else")
  func disturbed() {
    let all = [CoreSpeed(wall: 99, own: 100), CoreSpeed(wall: 40, own: 98)]
    let findings = SpeedCheck.judge(ranks(all))
    #expect(findings.map(\.verdict) == [.note] && findings[0].ranks == [1])
    #expect(findings[0].found.contains("41 % of its core's time"))
  }

  @Test("ranks that are about as fast as each other")
  func even() {
    #expect(judge([100, 81]).map(\.verdict) == [.ok])
    #expect(judge([50]).map(\.verdict) == [.ok])
    #expect(SpeedCheck.judge([]).isEmpty)
  }
}

@Suite("Sums over ranks")
struct ReductionCheckTests {
  private func facts(
    wrong: Int = 0, digest: String = "x", microseconds: Double = 10, bytes: Int = 1 << 20
  ) -> ReductionFacts {
    ReductionFacts(
      trials: [
        .init(transport: "shared memory", wrong: 0, count: 9, digest: "y"),
        .init(transport: "messages", wrong: wrong, count: 9, digest: digest),
      ],
      times: [ReductionTime(transport: "messages", bytes: bytes, microseconds: microseconds)])
  }

  @Test("right")
  func right() {
    let findings = ReductionCheck.judge(ranks([facts(), facts()]), crowded: false)
    #expect(findings.map(\.verdict) == [.ok])
    #expect(findings[0].found.contains("by shared memory and by messages"))
  }

  @Test("wrong, and other bits")
  func wrong() {
    let wrong = ReductionCheck.judge(ranks([facts(), facts(wrong: 3)]), crowded: false)
    #expect(wrong.map(\.verdict) == [.problem] && wrong[0].ranks == [1])
    #expect(wrong[0].found.contains("3 of 9 sums by messages are wrong"))
    let bits = ReductionCheck.judge(
      ranks([facts(), facts(), facts(digest: "z")]), crowded: false)
    #expect(bits.map(\.verdict) == [.problem] && bits[0].ranks == [2])
  }

  @Test("slow: but not where ranks take turns on a core")
  func slow() {
    let all = ranks([facts(microseconds: 20_000), facts()], hosts: ["a", "b"])
    let findings = ReductionCheck.judge(all, crowded: false)
    #expect(findings.map(\.verdict) == [.ok, .note] && findings[1].found.contains("0.052 GB/s"))
    #expect(ReductionCheck.judge(all, crowded: true).map(\.verdict) == [.ok])
    let latency = ranks([facts(microseconds: 3000, bytes: 1024)])
    #expect(ReductionCheck.judge(latency, crowded: false)[1].found.contains("3.0 ms"))
  }
}

@Suite("Clocks")
struct ClockCheckTests {
  @Test("hosts that agree and one that does not")
  func skew() {
    #expect(ClockCheck.judge([]).map(\.verdict) == [.ok])
    let all = ranks([0.002, -4.26], hosts: ["b", "c"])
    let findings = ClockCheck.judge(all)
    #expect(findings.map(\.verdict) == [.note] && findings[0].hosts == ["c"])
    #expect(findings[0].found.contains("4.3 s behind"))
  }
}
