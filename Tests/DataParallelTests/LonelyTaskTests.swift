import MessagePassing
import Testing

/// Environments as schedulers set them, and whether a process by itself is a mistake there.
@Suite("One process where several tasks were set up")
struct LonelyTaskTests {
  /// Slurm 22.05, `sbatch --ntasks=4`, in the batch script.
  private static let batch = [
    "SLURM_JOB_ID": "17", "SLURM_JOBID": "17", "SLURM_NTASKS": "4", "SLURM_NPROCS": "4",
    "SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_NODEID": "0", "SLURM_GTIDS": "0",
    "SLURM_TASKS_PER_NODE": "4", "SLURM_JOB_NUM_NODES": "1",
  ]

  /// The same job, in task 2 of `srun --mpi=none`.
  private static let step = batch.merging([
    "SLURM_STEP_ID": "0", "SLURM_STEPID": "0", "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "2",
    "SLURM_MPI_TYPE": "none", "SLURM_LAUNCH_NODE_IPADDR": "10.0.0.1",
  ]) { $1 }

  private func lonely(_ base: [String: String], _ more: [String: String] = [:]) -> LonelyTask? {
    LauncherEnvironment(base.merging(more) { $1 }).lonelyTask
  }

  @Test("srun without PMI: task 0 speaks")
  func step() throws {
    let two = try #require(lonely(Self.step))
    #expect(two.tasks == 4 && !two.speaks)
    let zero = try #require(lonely(Self.step, ["SLURM_PROCID": "0"]))
    #expect(zero.speaks && zero.description.contains("srun started 4 tasks"))
    for word in ["srun --mpi=pmix", "mpirun", "SDT_SINGLE=1"] {
      #expect(zero.description.contains(word))
    }
  }

  @Test("a batch script that forgets srun and mpirun")
  func batch() throws {
    let found = try #require(lonely(Self.batch))
    #expect(found.speaks && found.description.contains("the Slurm job has 4 tasks"))
  }

  @Test("an interactive shell in an allocation, and the way around")
  func interactive() {
    let salloc = ["SLURM_JOB_ID": "18", "SLURM_NTASKS": "4", "SLURM_NPROCS": "4"]
    #expect(lonely(salloc) != nil)
    // LaunchParameters=use_interactive_step: the shell is a step of one task.
    let shell = salloc.merging([
      "SLURM_STEP_ID": "4294967290", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0",
    ]) { $1 }
    #expect(lonely(shell)?.tasks == 4)
    #expect(lonely(shell, ["SDT_SINGLE": "1"]) == nil)
    #expect(lonely(Self.step, ["SDT_SINGLE": "1"]) == nil)
  }

  @Test("what is no mistake")
  func sound() {
    #expect(lonely([:]) == nil)
    // Left over from somewhere: not in a job.
    #expect(lonely(["SLURM_NTASKS": "4"]) == nil)
    #expect(lonely(Self.batch, ["SLURM_NTASKS": "1", "SLURM_NPROCS": "1"]) == nil)
    // A step of one task in a job of four.
    #expect(lonely(Self.step, ["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]) == nil)
    // mpirun and srun --mpi=pmix in the job.
    #expect(
      lonely(Self.batch, ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "0"]) == nil)
    #expect(lonely(Self.step, ["PMIX_RANK": "2", "PMIX_NAMESPACE": "slurm.pmix.17.0"]) == nil)
    #expect(lonely(Self.step, ["PMI_RANK": "2", "PMI_SIZE": "4"]) == nil)
  }

  @Test("a launcher, but MPI switched off")
  func switchedOff() {
    let launched = [
      "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "SDT_MPI_INIT": "0",
    ]
    #expect(lonely(launched)?.speaks == false)
    #expect(lonely(launched, ["OMPI_COMM_WORLD_RANK": "0"])?.speaks == true)
    #expect(lonely(launched, ["SDT_MPI_INIT": ""]) == nil)
  }

  @Test("the step's tasks come before the job's")
  func stepTasks() {
    let two = Self.step.merging(["SLURM_STEP_NUM_TASKS": "2", "PMIX_RANK": "1"]) { $1 }
    #expect(LauncherEnvironment(two).size == 2)
    #expect(lonely(Self.step, ["SLURM_STEP_NUM_TASKS": "3"])?.tasks == 3)
  }

  @Test("PBS: several nodes, or a task of pbsdsh; not the slots of one node, which may be threads")
  func pbs() {
    let one = [
      "PBS_JOBID": "42.head", "PBS_NP": "8", "PBS_NUM_NODES": "1", "PBS_NUM_PPN": "8",
      "PBS_TASKNUM": "1", "PBS_VNODENUM": "0", "PBS_ENVIRONMENT": "PBS_BATCH",
    ]
    #expect(lonely(one) == nil)
    #expect(lonely(one, ["PBS_NUM_NODES": "2", "PBS_NP": "16"])?.tasks == 16)
    #expect(lonely(one, ["PBS_TASKNUM": "3", "PBS_VNODENUM": "1"])?.speaks == false)
    #expect(lonely(one, ["PBS_NUM_NODES": "2", "OMPI_COMM_WORLD_SIZE": "16"]) == nil)
  }

  @Test("LSF: several hosts; not the slots of one")
  func lsf() {
    let one = ["LSB_JOBID": "7", "LSB_DJOB_NUMPROC": "4", "LSB_MCPU_HOSTS": "node1 4"]
    #expect(lonely(one) == nil)
    #expect(lonely(one, ["LSB_MCPU_HOSTS": "node1 2 node2 2"])?.tasks == 4)
  }
}
