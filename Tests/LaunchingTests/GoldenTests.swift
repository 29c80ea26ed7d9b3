import Foundation
import Testing

@testable import Launching

/// Scripts as they are written, compared with those in `Fixtures`.
///
/// To renew them: `SDT_RENEW_FIXTURES=1 swift test --filter GoldenTests`, then look at what changed.
@Suite("Scripts") struct GoldenTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures"

  static let scripts: [(name: String, text: @Sendable () throws -> String)] = [
    ("mpirun", { try MpirunScript(Samples.plan()).text() }),
    ("mpirun-sweep", { try MpirunScript(Samples.plan(command: Samples.sweep)).text() }),
    (
      "mpirun-hosts",
      {
        try MpirunScript(
          Samples.plan(environment: [EnvironmentVariable("OPENBLAS_CORETYPE", "Haswell")]) {
            $1.hosts = [try! HostSlots(host: "a", slots: 2), try! HostSlots(host: "b", slots: 2)]
            $1.extra = ["--mca", "btl", "tcp,self"]
          }
        ).text()
      }
    ),
    (
      "mpirun-mpich",
      {
        try MpirunScript(
          Samples.plan(.nodes(2, tasksPerNode: 2)) {
            ($1.launcher, $1.flavor, $1.hostfile) = ("mpiexec.hydra", .mpich, "my hosts")
          }
        ).text()
      }
    ),
    (
      "slurm",
      { try SlurmScript(Samples.plan(), Samples.job("quickstart", .srun(mpi: "pmix"))).text() }
    ),
    (
      "slurm-mpirun",
      { try SlurmScript(Samples.plan(.nodes(2, tasksPerNode: 2)), Samples.job()).text() }
    ),
    (
      "slurm-array",
      {
        try SlurmScript(
          Samples.plan(command: Samples.sweep),
          Samples.job("grbm-fashion-mnist", .srun(mpi: "pmix")) { $0.atOnce = 2 }
        ).text()
      }
    ),
    (
      "slurm-once",
      {
        try SlurmScript(
          Samples.plan(time: nil),
          Samples.job("quickstart", .srun(mpi: "pmix")) {
            ($0.mayRequeue, $0.signalSeconds) = (false, 0)
          }
        ).text()
      }
    ),
    (
      "slurm-all",
      {
        try SlurmScript(
          Samples.plan(
            .nodes(2, tasksPerNode: 4),
            command: Samples.command { $0.container = ["apptainer", "exec", "my image.sif"] },
            modules: ["gcc/12.2", "openmpi/4.1.4"]
          ) { resources, _ in
            resources.cpusPerTask = 2
            resources.memory = try! MemorySize("16G")
            resources.isExclusive = true
          }, Samples.job("all", .srun(mpi: "pmi2"), Samples.all)
        ).text()
      }
    ),
    (
      "hostile",
      {
        try SlurmScript(
          Samples.plan(command: Samples.hostile, environment: Samples.hostileEnvironment()),
          Samples.job("hostile", .srun(mpi: "pmix"))
        ).text()
      }
    ),
    (
      "pbs",
      {
        try PBSScript(
          Samples.plan(.nodes(2, tasksPerNode: 4)) { resources, _ in
            resources.memory = try! MemorySize("16G")
          },
          Samples.job {
            ($0.partition, $0.account, $0.dependency) = ("long", "physics", "afterok:123.server")
            $0.extra = ["-m abe"]
          }
        ).text()
      }
    ),
    ("pbs-array", { try PBSScript(Samples.plan(command: Samples.sweep), Samples.job()).text() }),
    (
      "torque",
      {
        try PBSScript(
          Samples.plan(.nodes(2, tasksPerNode: 4), command: Samples.sweep), Samples.job(),
          dialect: .torque
        ).text()
      }
    ),
    (
      "lsf",
      {
        try LSFScript(
          Samples.plan(.nodes(2, tasksPerNode: 4)) { resources, _ in
            resources.memory = try! MemorySize("16G")
            resources.cpusPerTask = 2
          },
          Samples.job {
            ($0.partition, $0.account) = ("normal", "physics")
            ($0.dependency, $0.extra) = ("done(123)", ["-R select[mem>4000]"])
          }
        ).text()
      }
    ),
    ("lsf-array", { try LSFScript(Samples.plan(command: Samples.sweep), Samples.job()).text() }),
  ]

  @Test("are those of the fixtures", arguments: scripts.map(\.name))
  func golden(name: String) throws {
    let script = try #require(Self.scripts.first { $0.name == name })
    let (text, path) = (try script.text(), "\(Self.folder)/\(name).sh")
    if ProcessInfo.processInfo.environment["SDT_RENEW_FIXTURES"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let stored = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(text == stored)
  }

  @Test("every fixture is of a script") func noOrphans() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(Set(files) == Set(Self.scripts.map { "\($0.name).sh" }))
  }

  @Test("bash and shellcheck find nothing", arguments: scripts.map(\.name))
  func isClean(name: String) throws {
    let path = "\(Self.folder)/\(name).sh"
    let parsed = try Shell.run(["bash", "-n", path])
    #expect(parsed.status == 0, "\(parsed.text)")
    guard try Shell.has("shellcheck") else { return }
    let checked = try Shell.run(["shellcheck", "--norc", path])
    #expect(checked.status == 0, "\(checked.text)")
  }

  @Test("a directive is one line, and there are no others") func directives() throws {
    let text = try Self.scripts.first { $0.name == "hostile" }!.text()
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("#SBATCH") }
    #expect(lines.count == 8, "\(lines)")
  }
}
