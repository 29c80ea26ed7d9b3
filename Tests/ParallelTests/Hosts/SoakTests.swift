import Foundation
import Testing

/// The short form of `Tests/Scripts/soak`.
extension ParallelTests {
  @Suite("Soak")
  struct SoakTests {
    @Test("random faults on several hosts, and nothing lost")
    func short() throws {
      // The hosts say why when there can be none.
      guard try EmulatedHosts.make(1) != nil else { return }
      let python = ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"
      let script = EmulatedHosts.project + "/Tests/Scripts/soak"
      let kinds = "kill-rank,kill-host,stop-rank,truncated,full-disk,link-down"
      let run = try CommandRun(
        [python, script, "--faults", "6", "--seed", "7", "--kinds", kinds],
        environment: ["SDT_BINARY": try Launcher.program("swift-dist-train")])
      let result = run.wait(timeout: 240)
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      #expect(result.output.contains("lines of metrics: the same"), "\(result.text)")
    }
  }
}
