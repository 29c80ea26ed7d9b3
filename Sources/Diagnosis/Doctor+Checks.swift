import Foundation
import MessagePassing
import Training

/// The checks, in their order. Every rank goes through them together.
extension Doctor {
  /// What rank 0 tells all after it has read the configuration.
  private struct Briefing: Codable, Sendable {
    var plan: Plan
    var leaders: [Int]
    var oneHost: Bool
    var badInput: String?
  }

  func examine() throws {
    begin("the ranks")
    try rounds.introduce(seconds: seconds)
    report.hosts = isFirst ? rounds.leaders.map { rounds.host($0) } : []
    let machine = try machines()
    let briefing = try files()
    plan = briefing.plan
    try dataset()
    try runDirectory(briefing.leaders)
    try clocks(briefing.leaders)
    judge(machine)
    try kernels(machine)
    try speed()
    try reductions(machine, oneHost: briefing.oneHost)
  }

  // MARK: - The machine

  private func machines() throws -> [OfRank<MachineFacts>] {
    begin("the machine")
    let (identity, limit) = (RankIdentity(communicator), seconds)
    let answers = try rounds.ask("the machine", seconds: seconds) {
      bounded(seconds: limit) {
        MachineFacts(
          launcher: LauncherFacts(identity, seconds: limit / 2), cores: CoreFacts(),
          kernels: KernelFacts(), memory: MemoryFacts())
      }
    }
    return take(
      .launcher, "the machine", answers,
      advice: "look at the host: /proc does not answer, or mpirun --version hangs")
  }

  private func judge(_ machine: [OfRank<MachineFacts>]) {
    guard isFirst else { return }
    let cores = machine.map { $0.map(\.cores) }
    let memory = machine.map { $0.map(\.memory) }
    // What kept MPI from starting has been told.
    let isKnown = report.findings.contains { $0.check == .launcher }
    report.findings +=
      (isKnown ? [] : LauncherCheck.judge(machine.map { $0.map(\.launcher) }))
      + CoreCheck.judge(cores, threads: plan.blasThreads)
      + CoreCheck.judgeThreads(cores, threads: plan.blasThreads)
      + KernelCheck.judge(machine.map { $0.map(\.kernels) })
      + MemoryCheck.judge(memory, plan: plan, dataset: datasetBytes)
      + LimitCheck.judge(memory, plan: plan)
  }

  // MARK: - Files

  private func files() throws -> Briefing {
    begin("program and configuration")
    var probe = Probe(.files)
    (probe.configuration, probe.settings) = (options.configuration, options.settings)
    probe.isFirst = isFirst
    let answers = try rounds.ask("program and configuration", seconds: seconds) {
      probe.ask(FileFacts.self, seconds: seconds)
    }
    let facts = take(
      .files, "program and configuration", answers,
      advice:
        "their file system does not answer on that host: try to list the folder there, or ask the "
        + "administrator")
    if isFirst { report.findings += FileCheck.judge(facts) }
    let briefing = try rounds.share(isFirst ? brief(facts.first?.facts) : nil, seconds: seconds)
    if let reason = briefing.badInput {
      throw RankFailure(status: .badInput, rank: 0, description: reason)
    }
    return briefing
  }

  private func brief(_ facts: FileFacts?) -> Briefing {
    var plan = facts?.plan ?? Plan()
    if let dataset = options.dataset {
      plan.train = Plan.Place(files: [dataset], images: plan.train?.images)
      plan.test = nil
    }
    plan.runDirectory = options.runDirectory ?? plan.runDirectory ?? "runs"
    return Briefing(
      plan: plan, leaders: rounds.leaders, oneHost: rounds.leaders.count == 1,
      badInput: facts?.badInput)
  }

  private func dataset() throws {
    guard plan.train != nil else { return }
    begin("the dataset")
    var probe = Probe(.dataset)
    (probe.configuration, probe.settings) = (options.configuration, options.settings)
    (probe.isFirst, probe.plan) = (isFirst, plan)
    let answers = try rounds.ask("the dataset", seconds: seconds) {
      probe.ask(DatasetFacts.self, seconds: seconds)
    }
    let facts = take(
      .dataset, "the dataset \(plan.train!.files.joined(separator: ", "))", answers,
      advice:
        "see whether the file is there and whole on that host (swift-dist-train data inspect), and "
        + "whether its file system answers")
    if isFirst {
      report.findings += DatasetCheck.judge(facts, ranks: communicator.size, plan: plan)
      (plan.parameterBytes, plan.allParameterBytes) = (
        facts.first?.facts.parameterBytes, facts.first?.facts.allParameterBytes
      )
      datasetBytes = facts.first?.facts.bytes
    }
    plan = try rounds.share(isFirst ? plan : nil, seconds: seconds)
  }

  private func runDirectory(_ leaders: [Int]) throws {
    begin("the run directory")
    var probe = Probe(.runDirectory)
    probe.plan = plan
    let answers = try rounds.ask("the run directory", seconds: seconds) {
      () -> Outcome<StorageFacts?> in
      guard leaders.contains(communicator.rank) else { return .done(nil) }
      return probe.ask(StorageFacts?.self, seconds: seconds)
    }
    let facts = take(
      .runDirectory, "the run directory \(plan.runDirectory ?? "")", answers,
      advice:
        "its file system does not answer (a dead mount, a hung server): name a folder elsewhere with "
        + "--run-dir, or ask the administrator"
    ).compactMap { one in one.facts.map { OfRank(one.rank, one.host, $0) } }
    if isFirst { report.findings += StorageCheck.judge(facts, plan: plan) }
  }

  private func clocks(_ leaders: [Int]) throws {
    begin("the clocks")
    let offsets = isFirst ? try rounds.clockOffsets(leaders.filter { $0 != 0 }) : []
    if isFirst { report.findings += ClockCheck.judge(offsets) }
    _ = try rounds.share(isFirst ? true : nil, seconds: seconds)
  }

  // MARK: - Speed

  private func kernels(_ machine: [OfRank<MachineFacts>]) throws {
    begin("other kernels")
    // Where ranks differ, that comes first.
    let differ = report.findings.contains { $0.check == .kernels && $0.verdict == .problem }
    let environment =
      differ ? nil : machine.first.flatMap { KernelCheck.alternative($0.facts.kernels) }
    let probe = Probe(.kernels)
    // Two processes after each other: that of now, and that of other kernels.
    let answers = try rounds.ask("other kernels", seconds: seconds) { () -> Outcome<[KernelRate]> in
      guard isFirst, let environment else { return .done([]) }
      let rates = [[:], environment].map {
        probe.ask(KernelRate.self, seconds: seconds / 2, environment: $0)
      }
      return .done(rates.compactMap { if case .done(let rate) = $0 { rate } else { nil } })
    }
    guard isFirst, case .done(let rates) = answers.first?.facts, rates.count == 2 else { return }
    let found = KernelCheck.judge(
      machine.map { $0.map(\.kernels) }, used: rates[0], other: rates[1])
    report.findings += found
  }

  private func speed() throws {
    begin("the speed of all ranks at once")
    let (threads, limit) = (plan.blasThreads, seconds)
    let answers = try rounds.ask("the speed of all ranks at once", seconds: seconds) {
      bounded(seconds: limit) { CoreSpeed(threads: threads, times: 8) }
    }
    let rates = take(
      .speed, "the speed of all ranks at once", answers,
      advice: "the core is far too busy, or ranks share it: see what runs there (top)")
    guard isFirst else { return }
    report.findings += SpeedCheck.judge(rates)
    report.sgemm = rates.map(\.facts.wall)
  }

  // MARK: - Sums over ranks

  private func reductions(_ machine: [OfRank<MachineFacts>], oneHost: Bool) throws {
    begin("sums over all ranks")
    let largest = try rounds.share(isFirst ? largestBuffer(machine) : nil, seconds: seconds)
    let trial = ReductionTrial(
      communicator, oneHost: oneHost, largest: largest, budget: 0.4 * seconds)
    let limit = seconds
    var hangs = false
    // One rank does not call MPI; a library that allows one thread is called by this one alone.
    let answers = try rounds.ask("sums over all ranks", seconds: seconds) {
      () -> Outcome<ReductionFacts> in
      let outcome = bounded(seconds: limit) { try trial.run() }
      if case .late = outcome { hangs = true }
      if hangs, !communicator.allowsThreads { endWithHang() }
      return outcome
    }
    let facts = take(
      .allReduce, "sums over all ranks", answers,
      advice: "the network between the hosts is slow or lets no messages through (firewall, wrong "
        + "interface: Open MPI's --mca btl_tcp_if_include), or ranks share cores")
    if isFirst {
      report.findings += ReductionCheck.judge(facts, crowded: isCrowded)
      report.reductions = facts.first?.facts.times ?? []
    }
    // A thread that waits in MPI keeps it from ending.
    if try rounds.share(isFirst ? facts.count < communicator.size : nil, seconds: seconds) {
      guard isFirst else { throw Ended() }
      endWithReport()
    }
  }

  private var isCrowded: Bool {
    report.findings.contains { $0.check == .cores && $0.verdict != .ok }
  }

  /// The largest buffer that fits in a quarter of what memory the fullest host has.
  private func largestBuffer(_ machine: [OfRank<MachineFacts>]) -> Int {
    let byHost = Dictionary(grouping: machine, by: \.host).values
    let room = byHost.map { ranks -> Int in
      let memory = ranks[0].facts.memory
      return min(memory.available, memory.shared ?? .max) / (16 * ranks.count)
    }
    return room.min() ?? 1 << 20
  }

  /// MPI hangs, and this library lets no other thread ask who is missing.
  private func endWithHang() -> Never {
    guard isFirst else {
      sleep(UInt32(seconds) + 5)
      _exit(1)
    }
    report.findings.append(
      Finding(
        .allReduce, .problem,
        "sums over all ranks did not end in \(short(seconds)) s; this MPI library does not let the "
          + "doctor ask which rank is missing (it has no MPI_THREAD_MULTIPLE)",
        advice:
          "look at the processes on all hosts (ps -o pid,stat,wchan:20,cmd -C swift-dist-train)"))
    print(report, json: options.json)
    endAll()
  }
}
