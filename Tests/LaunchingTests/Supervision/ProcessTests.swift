import Foundation
import Testing

@testable import Launching

/// Processes that a supervisor starts, here and on hosts.
@Suite("Processes of the supervisor", .serialized)
struct ProcessTests {
  @Test("how a process ended")
  func ends() throws {
    #expect(try ChildProcess(["sh", "-c", "exit 3"]).wait(seconds: 10) == .exited(3))
    #expect(try ChildProcess(["sh", "-c", "kill -9 $$"]).wait(seconds: 10) == .signalled(9))
    #expect(throws: LaunchError.self) { try ChildProcess(["/nowhere/program"]) }
  }

  @Test("its number is given to no other process as long as somebody may signal it or its group")
  func number() throws {
    var child: ChildProcess? = try ChildProcess(["true"])
    let pid = try #require(child?.pid)
    #expect(child?.wait(seconds: 10) == .exited(0))
    #expect(kill(pid, 0) == 0)
    #expect(child?.terminate(patience: 0) == .exited(0))
    child = nil
    #expect(kill(pid, 0) != 0 && errno == ESRCH)
  }

  @Test("what is left of a group whose leader has ended is ended too")
  func group() throws {
    let file = FileManager.default.temporaryDirectory.path + "/group-\(UUID().uuidString)"
    defer { unlink(file) }
    let script = "trap '' TERM; sleep 60 & echo $! >\(file); exit 4"
    let leader = try ChildProcess(["sh", "-c", script])
    #expect(leader.wait(seconds: 10) == .exited(4))
    let member = try String(contentsOfFile: file, encoding: .utf8).filter(\.isNumber)
    #expect(isRunning(member))
    #expect(leader.terminate(patience: 0) == .exited(4))
    for _ in 0..<100 where isRunning(member) { usleep(20_000) }
    #expect(!isRunning(member))
  }

  /// Whether a process is there and has not ended (`proc(5)`).
  private func isRunning(_ number: String) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
    return status.map { !$0.contains("State:\tZ") } ?? false
  }

  @Test("one that ignores SIGTERM, and one that is stopped, are ended with their groups")
  func terminate() throws {
    let deaf = try ChildProcess(["sh", "-c", "trap '' TERM; sleep 60 & sleep 60; sleep 60"])
    #expect(deaf.wait(seconds: 0.3) == nil)
    let start = Clock.now
    #expect(deaf.terminate(patience: 0.5) == .signalled(SIGKILL))
    #expect(Clock.now - start < 5)
    let stopped = try ChildProcess(["sleep", "60"])
    stopped.signal(SIGSTOP)
    #expect(stopped.terminate(patience: 5) == .signalled(SIGTERM))
  }

  @Test("hosts that answer in time, all asked at once")
  func hosts() throws {
    // The words of a remote shell: the host is $1, the line $2.
    let shell = RemoteShell(words: [
      "sh", "-c", "case $1 in slow) sleep 60 ;; bad) exit 255 ;; *) sh -c \"$2\" ;; esac", "agent",
    ])
    let start = Clock.now
    #expect(shell.answering(["a", "slow", "bad", "b"], seconds: 2) == ["a", "b"])
    #expect(Clock.now - start < 5)
    #expect(RemoteShell(words: ["/nowhere/ssh"]).answering(["a"], seconds: 2) == [])
    // This host needs no remote shell.
    #expect(RemoteShell(words: ["false"]).answering(["localhost"], seconds: 5) == ["localhost"])
  }

  @Test("what carries the mark is killed, and nothing else")
  func leftovers() throws {
    let (mine, other) = (Leftovers(), Leftovers())
    let marked = try ChildProcess(["sleep", "60"], variables: [Leftovers.variable: mine.mark])
    let spared = try ChildProcess(["sleep", "60"], variables: [Leftovers.variable: other.mark])
    defer { _ = spared.terminate(patience: 0) }
    // It has its environment once it is the program that it was to be.
    usleep(200_000)
    marked.signal(SIGSTOP)
    let shell = RemoteShell(words: ["false"])
    #expect(shell.run(mine.killing, on: ["localhost"], seconds: 20) == ["localhost"])
    #expect(marked.wait(seconds: 5) == .signalled(SIGKILL))
    #expect(spared.poll() == nil)
  }
}
