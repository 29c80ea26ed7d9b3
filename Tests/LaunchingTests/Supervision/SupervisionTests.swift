import Testing

@testable import Launching

/// What a supervisor decides, without any process.
@Suite("Decisions of the supervisor")
struct SupervisionTests {
  static func supervision(
    maxRestarts: Int = 10, stuckLimit: Int = 2, ranks: Int = 4, hosts: String? = nil
  ) throws -> Supervision {
    let policy = try SupervisionPolicy(maxRestarts: maxRestarts, stuckLimit: stuckLimit)
    return Supervision(
      policy: policy, ranks: ranks, hosts: try hosts.map(HostSlots.list(parsing:)) ?? [])
  }

  static func killed(from first: Int?, to last: Int?, loading: String? = nil) -> AttemptEnd {
    AttemptEnd(launcher: .exited(137), firstStep: first, lastStep: last, loading: loading)
  }

  @Test("codes that another start would not change end it", arguments: [0, 2, 3, 4] as [Int32])
  func finalCodes(code: Int32) throws {
    var supervision = try Self.supervision()
    guard case .end(code, let line) = supervision.decide(.init(launcher: .exited(code))) else {
      Issue.record("restarted after exit code \(code)")
      return
    }
    #expect(code == 0 || line.contains("exit code \(code)"))
  }

  @Test(
    "failures of ranks bring a restart",
    arguments: [.exited(1), .exited(5), .exited(137), .exited(255), .signalled(9)] as [ProcessEnd])
  func failures(end: ProcessEnd) throws {
    var supervision = try Self.supervision()
    let decision = supervision.decide(.init(launcher: end, firstStep: 10, lastStep: 20))
    guard case .restart(1, nil, let line) = decision else {
      Issue.record("\(decision)")
      return
    }
    #expect(line.contains("restart 1 of 10") && line.contains("step 20"))
  }

  @Test(
    "what the ranks wrote counts, whatever the launcher ends with", arguments: [0, 2, 3] as [Int32])
  func failureRecord(code: Int32) throws {
    var supervision = try Self.supervision()
    let failure = FailureRecord(rank: 2, host: "b", reason: "does not answer")
    let end = AttemptEnd(launcher: .exited(code), failure: failure, lastStep: 3)
    #expect(end.code == 5)
    guard case .restart(_, _, let line) = supervision.decide(end) else {
      Issue.record("no restart")
      return
    }
    #expect(line.contains("rank 2, host b: does not answer"))
  }

  @Test("no restart after a stop that was asked for, whatever it ended with")
  func stopped() throws {
    for (code, own) in [(3, 3), (1, 1), (137, 5), (205, 5)] as [(Int32, Int32)] {
      var supervision = try Self.supervision()
      let end = AttemptEnd(launcher: .exited(code), wasStopped: true, lastStep: 10)
      guard case .end(own, _) = supervision.decide(end) else {
        Issue.record("restarted")
        return
      }
    }
  }

  @Test("two failures without a newer checkpoint end it; progress between them does not")
  func progress() throws {
    var supervision = try Self.supervision()
    for (first, last) in [(nil, 5), (5, 5), (5, 9), (9, 9)] {
      guard case .restart = supervision.decide(Self.killed(from: first, to: last)) else {
        Issue.record("ended at \(last)")
        return
      }
    }
    guard case .end(5, let line) = supervision.decide(Self.killed(from: 9, to: 9)) else {
      Issue.record("went on")
      return
    }
    #expect(line.contains("no progress in 2 failures running") && line.contains("step 9"))
  }

  @Test("a run that was set back by a damaged checkpoint makes progress from there")
  func setBack() throws {
    var supervision = try Self.supervision(stuckLimit: 1)
    // Step 100 was damaged; it went on from 90 and came to 95.
    guard case .restart = supervision.decide(Self.killed(from: 90, to: 95)) else {
      Issue.record("ended")
      return
    }
  }

  @Test("the number of restarts is bounded; none at all is a number")
  func bound() throws {
    var supervision = try Self.supervision(maxRestarts: 3)
    for step in 1...3 {
      guard case .restart = supervision.decide(Self.killed(from: step - 1, to: step)) else {
        Issue.record("ended at \(step)")
        return
      }
    }
    guard case .end(5, let line) = supervision.decide(Self.killed(from: 3, to: 4)) else {
      Issue.record("went on")
      return
    }
    #expect(line.contains("--max-restarts 3 used up"))
    var none = try Self.supervision(maxRestarts: 0)
    guard case .end = none.decide(Self.killed(from: 0, to: 4)) else {
      Issue.record("went on")
      return
    }
  }

  @Test("the delay doubles without progress, up to the longest, and starts anew with it")
  func delays() throws {
    let policy = try SupervisionPolicy(
      maxRestarts: 99, stuckLimit: 99, firstDelay: 2, longestDelay: 10)
    var supervision = Supervision(policy: policy, ranks: 1, hosts: [])
    let steps = [(0, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 2), (2, 2)]
    let delays = steps.map { first, last in
      guard case .restart(let delay, _, _) = supervision.decide(Self.killed(from: first, to: last))
      else { return -1.0 }
      return delay
    }
    #expect(delays == [2, 2, 4, 8, 10, 2, 2])
  }

  @Test("a checkpoint that fails on load twice is set aside, and counts as a new beginning")
  func setAside() throws {
    var supervision = try Self.supervision()
    let name = "step-00000009.h5"
    let end = Self.killed(from: 9, to: 9, loading: name)
    guard case .restart(_, nil, _) = supervision.decide(end),
      case .restart(_, name, let line) = supervision.decide(end)
    else {
      Issue.record("not set aside after two failures")
      return
    }
    #expect(line.contains(name) && line.contains("set aside"))
    // The one before gets its two tries.
    let before = Self.killed(from: 7, to: 7, loading: "step-00000007.h5")
    guard case .restart(_, nil, _) = supervision.decide(before) else {
      Issue.record("gave up on the checkpoint before")
      return
    }
  }

  @Test("only failures on load running count: a checkpoint that was loaded between is good")
  func loadedBetween() throws {
    var supervision = try Self.supervision(stuckLimit: 9)
    let onLoad = Self.killed(from: 9, to: 9, loading: "step-00000009.h5")
    for end in [onLoad, Self.killed(from: 9, to: 9), onLoad] {
      guard case .restart(_, nil, _) = supervision.decide(end) else {
        Issue.record("not restarted from the same checkpoint after \(end)")
        return
      }
    }
    guard case .restart(_, "step-00000009.h5", _) = supervision.decide(onLoad) else {
      Issue.record("not set aside")
      return
    }
  }

  @Test("a checkpoint is not to blame where something else is: a rank, a host, the launcher")
  func notToBlame() throws {
    let name = "step-00000009.h5"
    var ends = [ProcessEnd.exited(205), .signalled(9)].map {
      AttemptEnd(launcher: $0, firstStep: 9, lastStep: 9, loading: name)
    }
    for (rank, host) in [(1, nil), (nil, "b")] as [(Int?, String?)] {
      var end = Self.killed(from: 9, to: 9, loading: name)
      end.failure = FailureRecord(rank: rank, host: host, reason: "gone")
      ends.append(end)
    }
    ends.append(Self.killed(from: 9, to: 9, loading: name))
    ends[4].lostHost = true
    for end in ends {
      var supervision = try Self.supervision(stuckLimit: 9)
      for _ in 1...3 {
        guard case .restart(_, nil, _) = supervision.decide(end) else {
          Issue.record("set aside after \(end)")
          return
        }
      }
    }
    // Nobody is named: it may be.
    var end = Self.killed(from: 9, to: 9, loading: name)
    end.failure = FailureRecord(reason: "cannot allocate")
    #expect(end.mayBlameCheckpoint)
  }

  @Test("the only checkpoint is not set aside: a person decides")
  func onlyCheckpoint() throws {
    var supervision = try Self.supervision(stuckLimit: 9)
    var end = Self.killed(from: 9, to: 9, loading: "step-00000009.h5")
    end.hasOtherCheckpoint = false
    guard case .restart = supervision.decide(end),
      case .end(5, let line) = supervision.decide(end)
    else {
      Issue.record("wrong decisions")
      return
    }
    #expect(line.contains("the only checkpoint"))
  }

  @Test("ranks go to the hosts that answer, as many as fit")
  func placement() throws {
    let supervision = try Self.supervision(ranks: 5, hosts: "a:2,b:2,c:2")
    guard case .start(5, let all, nil) = supervision.place(answering: ["a", "b", "c"]) else {
      Issue.record("not on all")
      return
    }
    #expect(all.map(\.text) == ["a:2", "b:2", "c:2"])
    guard case .start(4, let left, let line?) = supervision.place(answering: ["a", "c"]) else {
      Issue.record("not on two")
      return
    }
    #expect(left.map(\.text) == ["a:2", "c:2"])
    #expect(line.contains("no answer from b") && line.contains("4 of 5 ranks on a:2,c:2"))
    guard case .nowhere(let none) = supervision.place(answering: []) else {
      Issue.record("started nowhere")
      return
    }
    #expect(none.contains("a, b, c"))
    #expect(try Self.supervision().place(answering: []) == .start(ranks: 4, hosts: [], line: nil))
  }

  @Test("numbers out of range are refused by the option's name")
  func ranges() {
    #expect(throws: LaunchError.self) { try SupervisionPolicy(maxRestarts: -1) }
    #expect(throws: LaunchError.self) { try SupervisionPolicy(maxRestarts: 1, stuckLimit: 0) }
    let error = #expect(throws: LaunchError.self) {
      try SupervisionPolicy(maxRestarts: 1, grace: -.infinity)
    }
    #expect(error?.description.hasPrefix("--grace is ") == true)
    #expect(throws: LaunchError.self) { try SupervisionPolicy(maxRestarts: 1, firstDelay: .nan) }
  }
}
