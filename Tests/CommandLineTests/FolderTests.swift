import Foundation
import Reporting
import Testing

extension CommandLineTests {
  /// Who may work in a run directory, and what it holds.
  @Suite("Run directories") struct RunDirectories {
    private let trial: Trial
    init() throws { trial = try Trial() }

    @Test func aRunGoesOnInAnotherFolder() throws {
      #expect(try trial.train(["--quiet"]).status == 0)
      let last = try #require(trial.checkpoints().last)
      let moved = try trial.train(["--quiet", "--resume", last], run: "moved")
      #expect(moved.status == 0, "\(moved.errors)")
      // With nothing left to train, the folder still holds what the run stands for.
      #expect(trial.checkpoints("moved").map { $0.dropFirst(6) } == [last.dropFirst(4)])
      let digests = try [last, try #require(trial.checkpoints("moved").last)].map {
        try trial.json(["inspect", $0, "--json"])["digest"]
      }
      #expect(digests[0] == digests[1])
    }

    @Test func twoRunsDoNotShareAFolder() throws {
      #expect(try trial.train(["--quiet"]).status == 0)
      // Closed in children: those of other tests would go on holding the lock.
      let file = open(trial.path + "/run/.lock", O_RDWR | O_CLOEXEC)
      try #require(file >= 0)
      #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
      let second = try trial.train(["--quiet", "--epochs", "3"])
      #expect(second.status == 2)
      #expect(second.errorLines.count == 1)
      #expect(second.errors.contains("another run is working in run"))
      close(file)
      #expect(try trial.train(["--quiet", "--epochs", "3"]).status == 0)
    }

    /// Each process of a launcher of another library would believe that it is alone.
    @Test func aForeignLauncherIsRefused() throws {
      let variables = ["PMI_RANK": "0", "PMI_SIZE": "3"]
      let outcome = try trial.train(environment: variables)
      // A library that understands these variables fails in its own way; it must not train alone.
      #expect(outcome.status != 0)
      #expect(!trial.scratch.has("run"))
    }
  }
}
