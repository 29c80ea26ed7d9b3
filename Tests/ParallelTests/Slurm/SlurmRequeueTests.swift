import Foundation
import Testing

/// Jobs on a real Slurm that are interrupted, go on, and end in the bits of a run that was not.
extension ParallelTests {
  @Suite("Jobs of Slurm that are requeued")
  struct SlurmRequeueTests {
    /// Starts a run by srun and one by mpirun, interrupts them in the middle, and waits for their ends.
    private func interrupt(
      _ launchers: [String] = SlurmTrial.launchers, options: [String] = [],
      _ interruption: (SlurmTrial, [SlurmJob]) throws -> Void
    ) throws {
      guard let slurm = try SlurmTrial() else { return }
      let jobs = try slurm.begin(launchers, options: options)
      try interruption(slurm, jobs)
      for (run, job) in zip(launchers, jobs) {
        try slurm.finish(run, job, restarts: 1...1)
        #expect(try job.output.contains("going on from"), "\(job.report)")
      }
    }

    @Test("scontrol requeue")
    func requeue() throws {
      try interrupt { slurm, jobs in
        try slurm.slurm.output("scontrol", "requeue", jobs.map(\.id).joined(separator: ","))
      }
    }

    @Test(
      "SIGUSR1 to the batch script, and to all processes of the job",
      arguments: ["--batch", "--full"])
    func signal(whom: String) throws {
      try interrupt { slurm, jobs in
        for job in jobs { try slurm.slurm.output("scancel", "--signal=USR1", whom, job.id) }
      }
    }

    @Test("SIGUSR1 to the step, of which the batch script hears nothing")
    func stepSignal() throws {
      // mpirun starts the ranks of its own host by itself: its job has no steps.
      try interrupt(["srun"]) { slurm, jobs in
        try slurm.slurm.output("scancel", "--signal=USR1", jobs[0].id)
      }
    }

    @Test("a job in a partition of higher priority takes the node")
    func preemption() throws {
      try interrupt { slurm, jobs in
        let script = slurm.trial.path("urgent.sh")
        try "#!/bin/bash\nsleep 1\n".write(toFile: script, atomically: true, encoding: .utf8)
        let urgent = try slurm.submit(script, options: ["--partition=urgent", "--ntasks=4"])
        #expect(try urgent.wait(timeout: 60) == "COMPLETED", "\(urgent.report)")
      }
    }

    @Test("the end of the time: requeued so often as allowed, then a failure")
    func timeOut() throws {
      guard let slurm = try SlurmTrial() else { return }
      // Slurm's signal tells the first; the second looks at the clock.
      let runs = [("srun", signal: "5", most: "9"), ("mpirun", signal: "0", most: "0")]
      let jobs = try runs.map { launcher, signal, most in
        try slurm.submit(
          launcher, launcher,
          options: ["--time", "1", "--signal-seconds", signal, "--max-timeouts", most])
      }
      for (run, job) in zip(runs, jobs) { try slurm.reach(30, run.0, job) }
      // A run too slow for its limit: ranks that do nothing until the end is near.
      let ranks = jobs.flatMap { slurm.slurm.ranks(of: $0.id).values }
      #expect(ranks.count == 4)
      for process in ranks { kill(process, SIGSTOP) }
      #expect(waitUntil(timeout: 60) { (try? jobs[0].runTime) ?? 0 >= 45 })
      for process in ranks { kill(process, SIGCONT) }
      #expect(try jobs[1].wait(timeout: 60) == "FAILED", "\(jobs[1].report)")
      #expect(try jobs[1].exitCode == "3:0" && jobs[1].restarts == 0, "\(jobs[1].report)")
      // On a busy machine the rest takes more than another minute.
      try slurm.finish("srun", jobs[0], restarts: 1...9, timeout: 180)
    }
  }
}
