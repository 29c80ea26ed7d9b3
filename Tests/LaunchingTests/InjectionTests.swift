import Foundation
import Testing

@testable import Launching

/// Scripts that are run with stand-ins: each hostile value is one word to the program, and nothing else runs.
@Suite("Hostile words") struct InjectionTests {
  private let standIns: StandIns
  init() throws { standIns = try StandIns() }

  private func check(_ script: String, launcher: String) throws {
    let result = try standIns.run(script)
    #expect(result.status == 0, "\(result.text)")
    let words = try #require(try standIns.calls(launcher).first)
    let command = Samples.hostile
    #expect(Array(words.suffix(command.words.count)) == command.words)
    let value = try Samples.hostileEnvironment()[0]
    #expect(try standIns.environment(launcher).contains("VALUE=\(value.value)"))
    #expect(!standIns.isInjected)
  }

  private var plan: LaunchPlan {
    get throws {
      try Samples.plan(command: Samples.hostile, environment: Samples.hostileEnvironment())
    }
  }

  @Test func mpirun() throws { try check(MpirunScript(plan).text(), launcher: "mpirun") }

  @Test func slurm() throws {
    let job = Samples.job("x", .srun(mpi: "pmix"), Samples.all)
    try check(SlurmScript(plan, job).text(), launcher: "srun")
  }

  @Test func slurmWithMpirun() throws {
    try check(SlurmScript(plan, Samples.job()).text(), launcher: "mpirun")
  }

  @Test(arguments: PBSDialect.allCases) func pbs(dialect: PBSDialect) throws {
    try check(PBSScript(plan, Samples.job(), dialect: dialect).text(), launcher: "mpirun")
  }

  @Test func lsf() throws { try check(LSFScript(plan, Samples.job()).text(), launcher: "mpirun") }

  @Test("any hostile word, as configuration, setting, container and word for the launcher")
  func everyWord() throws {
    for word in hostileWords where !word.isEmpty {
      let standIns = try StandIns()
      let command = Samples.command {
        ($0.configuration, $0.settings, $0.arguments) = (word, [word], [word])
        $0.runDirectory = "runs/" + word
      }
      let plan = try Samples.plan(command: command) { $1.extra = [word] }
      let result = try standIns.run(SlurmScript(plan, Samples.job()).text(), ["STEP": "3"])
      #expect(result.status == 3, "\(word): \(result.text)")
      let words = try #require(try standIns.calls("mpirun").first)
      #expect(words == Array(plan.remoteMpirun.dropFirst()) + command.words, "\(word)")
      #expect(!standIns.isInjected, "\(word)")
    }
  }

  @Test(
    "values of directives are refused",
    arguments: [
      "a b", "a\n#SBATCH --wrap=x", "$(x)", "a'b", "a\"b", "a;b", "-x", "", "a#b", "a\\b",
      "-\u{301}x", "a;\u{301}b", "\u{212A}", "a\u{37E}b",
    ])
  func directives(value: String) throws {
    let plan = try Samples.plan()
    for change: (inout BatchJob) -> Void in [
      { $0.name = value }, { $0.partition = value }, { $0.account = value },
      { $0.dependency = value },
    ] {
      let job = Samples.job("x", .mpirun, change)
      #expect(throws: LaunchError.self) { try SlurmScript(plan, job).text() }
      #expect(throws: LaunchError.self) { try PBSScript(plan, job).text() }
    }
    for job in [Samples.job { $0.name = value }, Samples.job { $0.partition = value }] {
      let error = #expect(throws: LaunchError.self) { try LSFScript(plan, job).text() }
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test(
    "what cannot stand in a line of directives is refused",
    arguments: [
      "--x=a\nb", "--x='a'", "--x=\"a\"", "--x=a\\b", "--x=a #b", "x", "",
      "--x=a'\u{301}b", "--x=a\"\u{301}b", "--x=a\"\u{200D} --wrap=x", "--x=a\\\u{20DD}b",
      "--x=a #\u{301}b",
    ])
  func extra(word: String) throws {
    let job = Samples.job { $0.extra = [word] }
    #expect(throws: LaunchError.self) { try SlurmScript(Samples.plan(), job).text() }
    #expect(throws: LaunchError.self) { try PBSScript(Samples.plan(), job).text() }
    #expect(throws: LaunchError.self) { try LSFScript(Samples.plan(), job).text() }
  }

  @Test("paths of output, types of MPI, modules") func others() throws {
    let plan = try Samples.plan()
    for path in ["a\nb", "a\"b", "$(x)", "a;b", "-a", "", "a\"\u{301}b", "-\u{301}a"] {
      let job = Samples.job { $0.output = path }
      #expect(throws: LaunchError.self, "\(path)") { try SlurmScript(plan, job).text() }
      #expect(throws: LaunchError.self, "\(path)") { try PBSScript(plan, job).text() }
      #expect(throws: LaunchError.self, "\(path)") { try LSFScript(plan, job).text() }
    }
    for mpi in ["pmix; x", "", "$(x)"] {
      let job = Samples.job("x", .srun(mpi: mpi))
      #expect(throws: LaunchError.self, "\(mpi)") { try SlurmScript(plan, job).text() }
    }
    for module in ["", "a b", "$(x)", "-x", "a;b"] {
      #expect(throws: LaunchError.self, "\(module)") { try Samples.plan(modules: [module]) }
    }
  }

  @Test("a job's name is made of any run's name") func jobNames() {
    #expect(BatchJob(name: "a b'c").name == "a_b_c")
    #expect(BatchJob(name: "-x").name == "j-x")
    #expect(BatchJob(name: "").name == "j")
    #expect(BatchJob(name: String(repeating: "ä", count: 99)).name.count == 64)
  }
}
