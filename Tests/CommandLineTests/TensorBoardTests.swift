import Foundation
import Testing

extension CommandLineTests {
  /// Event files that cannot be written end nothing.
  @Suite("No room for TensorBoard") struct TensorBoardTests {
    private let trial: Trial
    init() throws { trial = try Trial() }

    private func digest(_ outcome: Outcome) -> Substring? {
      outcome.errors.split(separator: "\n").first { $0.hasPrefix("digest: ") }
    }

    private func warnings(_ outcome: Outcome) -> Int {
      outcome.errors.split(separator: "\n").count { $0.contains("TensorBoard") }
    }

    @Test("a full disk below tensorboard/: one warning, the same digest", arguments: [1, 3])
    func fullDisk(ranks: Int) throws {
      guard getuid() == 0 else { return }
      let whole = try trial.train(run: "whole")
      try FileManager.default.createDirectory(
        atPath: trial.path + "/run/tensorboard", withIntermediateDirectories: true)
      let mount = try Program.command(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "none", trial.path + "/run/tensorboard"])
      guard mount.status == 0 else { return }
      defer { _ = try? Program.command(["umount", "-l", trial.path + "/run/tensorboard"]) }
      let outcome = try trial.train(set: ["training.log_every_steps=1"], ranks: ranks)
      #expect(outcome.status == 0 && warnings(outcome) == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("No space left on device; the run goes on"))
      #expect(digest(outcome) == digest(whole) && digest(whole) != nil)
    }

    @Test("a file in the folder's place: one warning, the same digest")
    func noFolder() throws {
      let whole = try trial.train(run: "whole")
      #expect(warnings(whole) == 0)
      try FileManager.default.createDirectory(
        atPath: trial.path + "/run", withIntermediateDirectories: true)
      try trial.scratch.write("", to: "run/tensorboard")
      let outcome = try trial.train()
      #expect(outcome.status == 0 && warnings(outcome) == 1, "\(outcome.errors)")
      #expect(digest(outcome) == digest(whole))
    }
  }
}
