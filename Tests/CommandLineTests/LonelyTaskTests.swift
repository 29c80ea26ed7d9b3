import Foundation
import Testing

/// A process that Slurm started as one of several, and that MPI knows nothing of.
@Suite("Alone where several tasks were set up", .enabled(if: Program.isBuilt))
struct LonelyTaskTests {
  private static let step = [
    "SLURM_JOB_ID": "17", "SLURM_NTASKS": "2", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2",
  ]

  @Test("train and sweep stop with one line, said by task 0, and write nothing")
  func stops() throws {
    let folder = try Scratch()
    for words in [["train"], ["sweep", "--over", "model.hidden=1,2"]] {
      for (task, lines) in [("0", 1), ("1", 0)] {
        let result = try Program.run(
          words + ["missing.yaml"], in: folder.path,
          environment: Self.step.merging(["SLURM_PROCID": task]) { $1 })
        #expect(result.status == (task == "0" ? 2 : 0), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == lines, "\(result.errors)")
      }
    }
    #expect(folder.files().isEmpty)
  }

  @Test("SDT_SINGLE=1 goes on, and inspect never stops")
  func goesOn() throws {
    let single = Self.step.merging(["SLURM_PROCID": "0", "SDT_SINGLE": "1"]) { $1 }
    let train = try Program.run(["train", "missing.yaml"], environment: single)
    #expect(train.errors.contains("cannot read the configuration missing.yaml"))
    let inspect = try Program.run(
      ["inspect", "missing.h5"], environment: Self.step.merging(["SLURM_PROCID": "0"]) { $1 })
    #expect(!inspect.errors.contains("srun"), "\(inspect.errors)")
  }
}
