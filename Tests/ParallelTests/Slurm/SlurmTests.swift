import Foundation
import Testing

/// Jobs on a real Slurm, whose scripts `launch slurm` wrote: how they end.
extension ParallelTests {
  @Suite("Jobs of Slurm")
  struct SlurmTests {
    @Test("a job that nothing interrupts, by srun and by mpirun")
    func whole() throws {
      guard let slurm = try SlurmTrial() else { return }
      for (launcher, ranks) in [("srun", 3), ("mpirun", 4)] {
        let job = try slurm.submit(launcher, launcher, ranks: ranks)
        try slurm.finish(launcher, job, restarts: 0...0)
        #expect(try job.output.contains("\(ranks) ranks"), "\(job.report)")
      }
    }

    @Test("scancel ends a job for good")
    func cancelled() throws {
      guard let slurm = try SlurmTrial() else { return }
      let jobs = try slurm.begin()
      for job in jobs { try slurm.slurm.output("scancel", job.id) }
      for job in jobs { #expect(try job.wait(timeout: 30) == "CANCELLED", "\(job.report)") }
      // A requeue would come after a few seconds.
      sleep(8)
      for job in jobs {
        #expect(try job.state == "CANCELLED" && job.restarts == 0, "\(job.report)")
        #expect(slurm.slurm.ranks(of: job.id).isEmpty)
      }
    }

    @Test("a rank that is killed ends its job at once")
    func killedRank() throws {
      guard let slurm = try SlurmTrial() else { return }
      let jobs = try slurm.begin()
      for job in jobs {
        kill(try #require(slurm.slurm.ranks(of: job.id)[1], "\(job.report)"), SIGKILL)
      }
      let killed = Date()
      for job in jobs {
        #expect(try job.wait(timeout: 30) == "FAILED", "\(job.report)")
        #expect(Date().timeIntervalSince(killed) < 15, "\(job.report)")
        #expect(try slurm.slurm.ranks(of: job.id).isEmpty && job.restarts == 0)
      }
      // Nothing holds the node any longer.
      #expect(try slurm.slurm.output("sinfo", "--noheader", "--format=%T") == "idle")
    }

    @Test("srun without PMI: lonely tasks are stopped, not trained N times in one place")
    func lonelyTasks() throws {
      guard let slurm = try SlurmTrial() else { return }
      let program = try Launcher.program("swift-dist-train")
      let words = [program, "train", slurm.trial.folder + "/trial.yaml", "--run-dir"]
      let lonely = ["srun", "--mpi=none", "--ntasks=3"] + words + [slurm.trial.path("run")]
      let result = try slurm.slurm.run(lonely)
      #expect(result.status == 2 && !result.hung, "\(result.text)")
      #expect(result.errorLines.count == 1, "\(result.text)")
      #expect(result.errors.contains("--mpi=pmix"), "\(result.text)")
      #expect(!FileManager.default.fileExists(atPath: slurm.trial.path("run")))
      // In a batch script, the program by itself: three tasks were asked for.
      let script = slurm.trial.path("lonely.sh")
      let line = (words + [slurm.trial.path("run")]).joined(separator: " ")
      try "#!/bin/bash\n\(line)\n".write(toFile: script, atomically: true, encoding: .utf8)
      let job = try slurm.submit(script, options: ["--ntasks=3"])
      #expect(try job.wait(timeout: 30) == "FAILED" && job.exitCode == "2:0", "\(job.report)")
    }

    @Test("an array trains the values of a sweep, and makes the table of a whole one")
    func sweep() throws {
      guard let slurm = try SlurmTrial() else { return }
      let (trial, settings) = (slurm.trial, ["training.epochs=10"])
      let over = "model.hidden=10,25"
      let words = ["sweep", trial.folder + "/trial.yaml", "--over", over, "--run-dir"]
      let whole = try Launcher.start(
        words + [trial.path("whole"), "--set", settings[0]], ranks: nil
      ).wait()
      #expect(whole.status == 0, "\(whole.text)")
      let job = try slurm.submit("swept", "srun", settings, options: ["--sweep", over])
      for task in 0..<2 {
        let task = SlurmJob(id: "\(job.id)_\(task)", slurm: slurm.slurm, folder: trial.folder)
        #expect(try task.wait(timeout: 60) == "COMPLETED", "\(task.report)")
      }
      for run in ["hidden-10", "hidden-25"] {
        #expect(try trial.digest("swept/" + run) == trial.digest("whole/" + run))
      }
      let tables = try ["swept", "whole"].map { try table(trial.path($0) + "/table.csv") }
      #expect(tables[0] == tables[1] && tables[0].count == 3, "\(tables)")
      #expect(FileManager.default.fileExists(atPath: trial.path("swept/table.md")))
    }

    /// The lines of a table without the last column, the seconds.
    private func table(_ path: String) throws -> [String] {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
        line.split(separator: ",", omittingEmptySubsequences: false).dropLast()
          .joined(separator: ",")
      }
    }
  }
}
