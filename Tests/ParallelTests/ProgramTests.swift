import Testing

/// Programs of this package that test themselves, as several ranks.
extension ParallelTests {
  @Suite("Messages and memory")
  struct ProgramTests {
    @Test("collectives and reducers", arguments: [nil, 1, 2, 3, 4, 5])
    func messages(ranks: Int?) throws {
      let result = try Launcher.start(program: "mpi-self-test", [], ranks: ranks).wait()
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      #expect(result.output.contains("all correct on \(ranks ?? 1) rank"))
    }

    @Test("a step in steady state allocates nothing", arguments: ["cd", "pcd"], [nil, 2])
    func allocations(sampler: String, ranks: Int?) throws {
      let result = try Launcher.start(program: "allocation-test", [sampler], ranks: ranks).wait()
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count { $0.contains(": 0 allocations a step") } == ranks ?? 1)
    }
  }
}
