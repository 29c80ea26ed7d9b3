import Testing

@testable import Diagnosis

/// Ranks with their facts, on one host, or on those that are named.
func ranks<Facts>(_ facts: [Facts], hosts: [String] = []) -> [OfRank<Facts>] {
  facts.enumerated().map { OfRank($0, hosts.isEmpty ? "a" : hosts[$0], $1) }
}

@Suite("Launcher")
struct LauncherCheckTests {
  private func facts(
    library: String? = "Open MPI v4.1.4", size: Int = 2,
    launcher: String? = "mpirun (Open MPI) 4.1.4",
    _ environment: [String: String] = [:]
  ) -> LauncherFacts {
    LauncherFacts(library: library, size: size, launcher: launcher, environment: environment)
  }

  private func judge(_ facts: LauncherFacts...) -> [Finding] { LauncherCheck.judge(ranks(facts)) }

  @Test("one library, one launcher")
  func same() {
    let findings = judge(facts(["OMPI_COMM_WORLD_SIZE": "2"]), facts(launcher: nil))
    #expect(findings.map(\.verdict) == [.ok])
    #expect(findings[0].found.contains("Open MPI v4.1.4"))
  }

  @Test("srun without PMI: N single processes")
  func withoutPMI() {
    let slurm = [
      "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "8",
      "SLURM_STEP_NUM_TASKS": "4",
    ]
    let findings = judge(facts(library: nil, size: 1, slurm))
    #expect(findings.map(\.verdict) == [.problem])
    #expect(findings[0].found.contains("started 4 tasks, but MPI sees 1"))
    #expect(findings[0].advice!.contains("--mpi=pmix"))
  }

  @Test("a launcher of another library: N single processes")
  func foreign() {
    let findings = judge(
      facts(size: 1, launcher: "HYDRA build details: Version: 4.0.2", ["PMI_SIZE": "3"]))
    #expect(
      findings.contains { $0.verdict == .problem && $0.found.contains("started 3 processes") })
    #expect(findings.contains { $0.verdict == .problem && $0.found.contains("HYDRA") })
  }

  @Test("one process in an allocation for many is no failure")
  func allocation() {
    // In a batch script SLURM_PROCID is set, but there is no step.
    let batch = ["SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "8"]
    let findings = judge(facts(library: nil, size: 1, batch))
    #expect(findings.map(\.verdict) == [.note])
    #expect(findings[0].found.contains("8 tasks"))
    let shell = batch.merging(["SLURM_STEP_ID": "4294967290"]) { $1 }
    #expect(judge(facts(library: nil, size: 1, shell)).map(\.verdict) == [.note])
  }

  @Test("the rules of train: PBS and LSF too, and SDT_SINGLE")
  func sameRules() {
    func verdicts(_ environment: [String: String]) -> [Verdict] {
      judge(facts(library: nil, size: 1, environment)).map(\.verdict)
    }
    let pbs = ["PBS_JOBID": "7", "PBS_NP": "8", "PBS_NUM_NODES": "2"]
    #expect(verdicts(pbs) == [.note])
    #expect(verdicts(pbs.merging(["PBS_TASKNUM": "3"]) { $1 }) == [.problem])
    #expect(verdicts(pbs.merging(["SDT_SINGLE": "1"]) { $1 }) == [.ok])
    let lsf = ["LSB_JOBID": "7", "LSB_DJOB_NUMPROC": "4", "LSB_MCPU_HOSTS": "a 2 b 2"]
    #expect(verdicts(lsf) == [.note])
    #expect(verdicts(["OMPI_COMM_WORLD_SIZE": "4", "SDT_MPI_INIT": "0"]) == [.problem])
    // Left over from somewhere: not in a job.
    #expect(verdicts(["SLURM_NTASKS": "8"]) == [.ok])
  }

  @Test("versions and libraries that differ")
  func versions() {
    #expect(judge(facts(launcher: "mpirun (Open MPI) 5.0.1")).map(\.verdict) == [.note])
    #expect(judge(facts(launcher: nil)).map(\.verdict) == [.ok])
    #expect(judge(facts(library: nil, size: 1, launcher: nil)).map(\.verdict) == [.note])
    let differ = judge(facts(), facts(), facts(library: "Open MPI v5.0.1"))
    #expect(differ.map(\.verdict) == [.problem] && differ[0].ranks == [2])
  }

  @Test(
    "versions are found in what libraries say",
    arguments: [
      ("Open MPI v4.1.4", "4.1"), ("mpirun (Open MPI) 4.1.4", "4.1"),
      ("HYDRA build details: Version: 4.0.2", "4.0"), ("MPICH Version:\t4.2.0", "4.2"),
      ("nothing", nil),
    ])
  func version(text: String, version: String?) {
    #expect(LauncherCheck.version(text) == version)
  }
}

@Suite("Cores")
struct CoreCheckTests {
  private func judge(_ facts: [CoreFacts], threads: Int = 1, hosts: [String] = []) -> [Finding] {
    CoreCheck.judge(ranks(facts, hosts: hosts), threads: threads)
  }

  @Test("a core a rank, bound or not")
  func enough() {
    #expect(judge([CoreFacts(allowed: [0]), CoreFacts(allowed: [1])]).map(\.verdict) == [.ok])
    let free = CoreFacts(allowed: [0, 1, 2, 3])
    #expect(judge([free, free, free, free]).map(\.verdict) == [.ok])
  }

  @Test("more ranks than cores, on the host where it is so")
  func oversubscribed() {
    let findings = judge(
      [CoreFacts(allowed: [0]), CoreFacts(allowed: [0]), CoreFacts(allowed: [0, 1])],
      hosts: ["a", "a", "b"])
    #expect(findings.map(\.verdict) == [.problem])
    #expect(findings[0].hosts == ["a"] && findings[0].ranks == [0, 1])
    #expect(findings[0].advice!.contains("at most 1 rank"))
  }

  @Test("threads count")
  func threads() {
    let four = CoreFacts(allowed: [0, 1, 2, 3])
    #expect(judge([four, four], threads: 2).map(\.verdict) == [.ok])
    #expect(judge([four, four], threads: 3).map(\.verdict) == [.problem])
    let one = ranks([four, CoreFacts(allowed: [4])])
    let findings = CoreCheck.judgeThreads(one, threads: 2)
    #expect(findings.map(\.verdict) == [.problem] && findings[0].ranks == [1])
    #expect(findings[0].advice!.contains("PE=2"))
    #expect(CoreCheck.judgeThreads(one, threads: 1).map(\.verdict) == [.ok])
  }

  @Test("two ranks on one core while others are free")
  func overlap() {
    let findings = judge([
      CoreFacts(allowed: [0]), CoreFacts(allowed: [0]), CoreFacts(allowed: [1, 2]),
    ])
    #expect(findings.map(\.verdict) == [.problem] && findings[0].ranks == [0, 1])
    #expect(findings[0].found.contains("same 1 core, 0"))
  }

  @Test("hardware threads of one core")
  func hardwareThreads() {
    let findings = judge([
      CoreFacts(allowed: [0], cores: [0]), CoreFacts(allowed: [4], cores: [0]),
    ])
    #expect(findings.map(\.verdict) == [.note] && findings[0].advice!.contains("nomultithread"))
  }

  @Test("a container's quota")
  func quota() {
    let limited = CoreFacts(allowed: [0, 1, 2, 3], quota: 1.5)
    let findings = judge([limited, limited])
    #expect(findings.map(\.verdict) == [.problem] && findings[0].found.contains("1.5"))
    #expect(judge([CoreFacts(allowed: [0, 1], quota: 1)]).map(\.verdict) == [.ok])
  }

  @Test("lists of the kernel")
  func lists() {
    #expect(numbers(of: "0-3,8\n") == [0, 1, 2, 3, 8])
    #expect(numbers(of: "") == [])
  }

  @Test("this machine has cores")
  func here() {
    let facts = CoreFacts()
    #expect(!facts.allowed.isEmpty && facts.cores.count == facts.allowed.count)
  }
}

@Suite("Memory and limits")
struct MemoryCheckTests {
  private var plan: Plan {
    var plan = Plan()
    (plan.parameterBytes, plan.allParameterBytes, plan.shards) = (1 << 20, 1 << 20, 4)
    return plan
  }

  @Test("memory against what a run needs")
  func memory() {
    let small = MemoryFacts(available: 100 << 20, shared: 64 << 20)
    let large = MemoryFacts(available: 8 << 30, shared: 4 << 30)
    #expect(
      MemoryCheck.judge(ranks([large, large]), plan: plan, dataset: 1 << 30).map(\.verdict) == [.ok]
    )
    let findings = MemoryCheck.judge(
      ranks([large, small], hosts: ["a", "b"]), plan: plan, dataset: 1 << 30)
    #expect(findings.map(\.verdict) == [.problem] && findings[0].hosts == ["b"])
    // 512 MiB of samples, and 1 MiB of parameters seven times.
    #expect(MemoryCheck.needed(plan, ranks: 2, dataset: 1 << 30) == 512 << 20 + 7 << 20)
    #expect(MemoryCheck.needed(Plan(), ranks: 2, dataset: 1 << 30) == nil)
  }

  @Test("shared memory of a container: 64 MiB")
  func shared() {
    let container = MemoryFacts(available: 8 << 30, shared: 64 << 20)
    var plan = plan
    plan.parameterBytes = 32 << 20
    let findings = MemoryCheck.judge(ranks([container, container]), plan: plan, dataset: nil)
    #expect(findings.map(\.verdict) == [.note] && findings[0].found.contains("/dev/shm"))
    #expect(MemoryCheck.judge(ranks([container]), plan: plan, dataset: nil).map(\.verdict) == [.ok])
  }

  @Test("limits")
  func limits() {
    func judge(_ facts: MemoryFacts) -> [Finding] {
      LimitCheck.judge(ranks([MemoryFacts(available: 1, shared: 1), facts]), plan: plan)
    }
    #expect(judge(MemoryFacts(available: 1, shared: 1)).map(\.verdict) == [.ok])
    #expect(judge(MemoryFacts(available: 1, shared: 1, files: 60))[0].ranks == [1])
    #expect(judge(MemoryFacts(available: 1, shared: 1, fileSize: 1 << 20))[0].verdict == .problem)
    #expect(judge(MemoryFacts(available: 1, shared: 1, addressSpace: 1 << 30))[0].verdict == .note)
    // Little locked memory matters to InfiniBand alone.
    #expect(judge(MemoryFacts(available: 1, shared: 1, locked: 65536))[0].verdict == .ok)
    let adapter = MemoryFacts(available: 1, shared: 1, locked: 65536, hasFastNetwork: true)
    #expect(judge(adapter)[0].verdict == .note)
  }

  @Test("this machine has memory")
  func here() {
    let facts = MemoryFacts()
    #expect(facts.available > 1 << 20 && facts.files > 8)
  }
}
