import Foundation
import Testing

/// Communication hidden behind computing, by `Tests/Scripts/time-slow-link`.
extension ParallelTests {
  @Suite("A slow link")
  struct SlowLinkTests {
    /// At 200 Mbit/s sending takes longer than computing even on a busy machine, so that the network
    /// decides, which other work does not slow down.
    @Test("with updates one step late a step takes as long as sending, and little more")
    func hidden() throws {
      guard try EmulatedHosts.make(1) != nil else { return }
      let python = ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"
      let script = EmulatedHosts.project + "/Tests/Scripts/time-slow-link"
      let run = try CommandRun(
        [
          python, script, "--rate", "200mbit", "--batches", "128", "--steps", "20", "--limit",
          "0.15",
        ],
        environment: ["SDT_BINARY": try Launcher.program("swift-dist-train")])
      let result = run.wait(timeout: 180)
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      #expect(result.output.contains("transfer"))
    }
  }
}
