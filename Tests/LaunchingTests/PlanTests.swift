import Testing

@testable import Launching

@Suite("Plan") struct PlanTests {
  @Test(
    arguments: [
      ("90", 5400), ("90:30", 5430), ("1:00:00", 3600), ("2-3", 183_600), ("2-3:30", 185_400),
      ("1-00:00:01", 86401),
    ])
  func wallTime(text: String, seconds: Int) throws {
    #expect(try WallTime(text).seconds == seconds)
  }

  @Test(arguments: ["", "0", "0:59", "x", "1:2:3:4", "-1", "1-", "1-2-3", "1:-2", "1001-00", "٣"])
  func badWallTime(text: String) {
    #expect(throws: LaunchError.self) { try WallTime(text) }
  }

  @Test func wallTimeInEachLanguage() {
    let time = WallTime(seconds: 2 * 86400 + 3 * 3600 + 4 * 60 + 5)
    #expect(time.daysAndHours == "2-03:04:05")
    #expect(time.hours == "51:04:05")
    #expect(time.hoursAndMinutes == "51:05")
    #expect(WallTime(seconds: 60).daysAndHours == "00:01:00")
  }

  @Test func memory() throws {
    #expect(try MemorySize("16G").long == "16gb" && MemorySize("500").short == "500M")
    for text in ["", "G", "0", "-1G", "1.5G", "1GB", "9999999999"] {
      #expect(throws: LaunchError.self) { try MemorySize(text) }
    }
  }

  @Test func moreRanksThanShardsAreRefused() throws {
    let resources = try Resources(layout: .nodes(3, tasksPerNode: 3))
    try resources.check(shards: 9)
    let error = #expect(throws: LaunchError.self) { try resources.check(shards: 8) }
    #expect(error?.description.contains("9 ranks cannot share 8 logical shards") == true)
    #expect(error?.description.contains("training.shards") == true)
    #expect(throws: LaunchError.self) { try Resources(layout: .ranks(0)) }
  }

  @Test func hosts() throws {
    let hosts = try HostSlots.list(parsing: "a:2,b,10.0.0.3:4")
    #expect(hosts.map(\.text) == ["a:2", "b:1", "10.0.0.3:4"])
    for text in ["", "a:", "a:0", "a:2,a:2", "a b:2", "a:2:3", "-x:1", "$(x):1", "a,,b"] {
      #expect(throws: LaunchError.self, "\(text)") { try HostSlots.list(parsing: text) }
    }
  }

  @Test func environmentVariables() throws {
    let variable = try EnvironmentVariable(parsing: "A_1=b=c d")
    #expect(variable.name == "A_1" && variable.value == "b=c d")
    for text in ["A", "=b", "1A=b", "A B=c", "A=\n", "UID=0", "A;x=1"] {
      #expect(throws: LaunchError.self, "\(text)") { try EnvironmentVariable(parsing: text) }
    }
  }

  @Test("variables that a script assigns are refused", arguments: GoldenTests.scripts.map(\.name))
  func variablesOfScripts(name: String) throws {
    let script = try #require(GoldenTests.scripts.first { $0.name == name }).text()
    let assignment = /(?:^|[;{( ]|local |export )([A-Za-z_][A-Za-z_0-9]*)\+?=/
      .anchorsMatchLineEndings()
    let code = script.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
    let names = Set(code.matches(of: assignment).map { String($0.1) })
    #expect(names.contains("launcher"))
    // Those of the plan itself: of these the last counts.
    let given: Set = [
      "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "VALUE",
      // For one command alone.
      "SLURM_TIME_FORMAT",
    ]
    for variable in names.subtracting(given).union(["IFS"]) {
      #expect(throws: LaunchError.self, "\(variable)") { try EnvironmentVariable(variable, "123") }
    }
  }

  @Test func openMPIWords() throws {
    let hosts = try HostSlots.list(parsing: "a:2,b:2")
    let command = MpirunCommand(
      layout: .ranks(4), hosts: hosts, exported: ["OMP_NUM_THREADS"], extra: ["--oversubscribe"])
    #expect(
      command.arguments(running: ["p"]) == [
        "mpirun", "-n", "4", "--bind-to", "core", "--host", "a:2,b:2", "-x", "OMP_NUM_THREADS",
        "--oversubscribe", "p",
      ])
    let wide = MpirunCommand(layout: .nodes(2, tasksPerNode: 3), cpusPerTask: 2)
    #expect(
      wide.words.joined(separator: " ") == "mpirun -n 6 --map-by ppr:3:node:PE=2 --bind-to core")
  }

  @Test func hydraWords() throws {
    let command = MpirunCommand(
      launcher: "mpiexec.hydra", flavor: .mpich, layout: .nodes(2, tasksPerNode: 3), cpusPerTask: 2,
      hostfile: "hosts", exported: ["A"])
    #expect(
      command.words.joined(separator: " ")
        == "mpiexec.hydra -n 6 -ppn 3 -bind-to core:2 -f hosts")
  }

  @Test func trainingWords() throws {
    let command = TrainingCommand(
      program: "p", configuration: "-x.yaml", runDirectory: "runs/x", settings: ["a=1"],
      container: ["apptainer", "exec", "i"])
    #expect(
      command.words == [
        "apptainer", "exec", "i", "p", "train", "./-x.yaml", "--run-dir", "runs/x", "--set", "a=1",
      ])
  }
}
