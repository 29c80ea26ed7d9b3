import Foundation
import Reporting
import Testing

extension CommandLineTests {
  /// What happens when no more can be written: one error, exit code 1, and what was there stays.
  @Suite("A full disk") struct FullDisk {
    private let trial: Trial
    init() throws { trial = try Trial() }

    /// A checkpoint of about 130 kB, so that it meets the limit and nothing else does.
    private static let large = ["model.hidden=400"]

    private func check(_ outcome: Outcome, run: String, digest: JSONValue?) throws {
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("cannot write \(run)/checkpoints/"), "\(outcome.errors)")
      #expect(outcome.errors.contains("make room or name another --run-dir"))
      #expect(!trial.scratch.files(run).contains { $0.hasSuffix(".partial") })
      let newest = try #require(trial.checkpoints(run).last)
      #expect(try trial.json(["inspect", newest, "--json"])["digest"] == digest)
      for line in trial.scratch.text("\(run)/metrics.jsonl").split(separator: "\n") {
        _ = try JSONValue(parsing: String(line))
      }
    }

    @Test("a limit on the size of files", arguments: [1, 2])
    func fileSizeLimit(ranks: Int) throws {
      #expect(try trial.train(["--quiet", "--epochs", "1"], set: Self.large).status == 0)
      let digest = try trial.json(["inspect", trial.checkpoints()[0], "--json"])["digest"]
      // The launcher has no limit, its ranks have one.
      let launch = ranks > 1 ? "${SDT_MPIRUN:-mpirun} -n \(ranks) " : ""
      let command = """
        \(launch)bash -c 'ulimit -f 60; exec \(Program.path) train run.yaml --run-dir run --epochs 2 \
        --set \(Self.large[0])'
        """
      let outcome = try Program.command(
        ["bash", "-c", command], in: trial.path, environment: ["OMPI_MCA_btl": "self,tcp"])
      try check(outcome, run: "run", digest: digest)
      // With room it goes on.
      #expect(try trial.train(["--quiet"], set: Self.large).status == 0)
    }

    /// Runs `body` with a small disk at `run`, where this process may mount one.
    private func withSmallDisk(_ size: String, _ body: () throws -> Void) throws {
      try FileManager.default.createDirectory(
        atPath: trial.path + "/run", withIntermediateDirectories: true)
      let mount = try Program.command(
        ["mount", "-t", "tmpfs", "-o", "size=\(size)", "none", trial.path + "/run"])
      guard mount.status == 0 else { return }
      defer { _ = try? Program.command(["umount", "-l", trial.path + "/run"]) }
      try body()
    }

    @Test(arguments: [1, 3])
    func smallDisk(ranks: Int) throws {
      guard getuid() == 0 else { return }
      try withSmallDisk("340k") {
        #expect(try trial.train(["--quiet", "--epochs", "1"], set: Self.large).status == 0)
        let digest = try trial.json(["inspect", trial.checkpoints()[0], "--json"])["digest"]
        try check(try trial.train(set: Self.large, ranks: ranks), run: "run", digest: digest)
      }
    }

    @Test func metricsFillTheDisk() throws {
      guard getuid() == 0 else { return }
      try withSmallDisk("128k") {
        let outcome = try trial.train(
          set: [
            "training.log_every_steps=1", "training.epochs=200", "checkpoint.keep=1",
            "reporting.tensorboard=false",
          ])
        #expect(outcome.status == 1, "\(outcome.errors)")
        #expect(outcome.errorLines.count == 1)
        let records = try MetricsLog.read(trial.path + "/run/metrics.jsonl")
        #expect(records.count > 50)
        #expect(try Program.run(["inspect", trial.checkpoints()[0]], in: trial.path).status == 0)
      }
    }

    @Test func resultsOfOtherCommands() throws {
      #expect(try trial.train(["--quiet"], set: Self.large).status == 0)
      let checkpoint = trial.checkpoints()[0]
      let command = """
        ulimit -f 8; exec \(Program.path) encode \(checkpoint) -o codes.h5
        """
      let outcome = try Program.command(["bash", "-c", command], in: trial.path)
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(
        outcome.errorLines.count == 1 && outcome.errors.contains("codes.h5"), "\(outcome.errors)")
      #expect(!trial.scratch.files().contains { $0.hasPrefix("codes.h5") })
    }
  }
}
