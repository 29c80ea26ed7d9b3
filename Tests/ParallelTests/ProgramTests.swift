import Testing

/// Programs of this package that test themselves, as several ranks.
extension ParallelTests {
  @Suite("Messages and memory")
  struct ProgramTests {
    @Test("collectives and reducers", arguments: [nil, 1, 2, 3, 4, 5], Transport.allCases)
    func messages(ranks: Int?, transport: Transport) throws {
      let result = try Launcher.start(
        program: "mpi-self-test", [], ranks: ranks, transport: transport
      ).wait()
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      #expect(result.output.contains("all correct on \(ranks ?? 1) rank"))
    }

    @Test(
      "a step in steady state allocates nothing",
      arguments: [
        "cd", "pcd", "adam", "vae", "convolutions", "global-norm", "stacked", "tempering",
        "centred", "gaussian", "boltzmann", "dbn", "delayed",
      ])
    func allocations(name: String) throws {
      for (ranks, transport) in [(nil, .messages), (2, .messages), (2, .sharedMemory)] as [Way] {
        try checkAllocations(name, ranks, transport)
      }
    }

    @Test("nor does a timeline of every step", arguments: Transport.allCases)
    func tracedAllocations(_ transport: Transport) throws {
      let result = try Launcher.start(
        program: "allocation-test", ["traced"], ranks: 2, transport: transport
      ).wait()
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      // Rank 0 allocates at the end, when it joins the ranks' files.
      #expect(result.output.contains("traced, rank 1: 0 allocations a step"), "\(result.text)")
    }

    private typealias Way = (Int?, Transport)

    private func checkAllocations(_ name: String, _ ranks: Int?, _ transport: Transport) throws {
      let result = try Launcher.start(
        program: "allocation-test", [name], ranks: ranks, transport: transport
      ).wait()
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count { $0.contains(": 0 allocations a step") } == ranks ?? 1)
    }
  }
}
