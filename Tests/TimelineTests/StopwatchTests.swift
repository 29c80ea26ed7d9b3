import Foundation
import Testing

@testable import Timeline

/// What a thread's stopwatch measures. A test runs on one thread as long as it does not suspend.
@Suite("Stopwatch", .serialized)
struct StopwatchTests {
  private func stay(_ seconds: Double) {
    let end = Moment.now + UInt64(seconds * 1e9)
    while Moment.now < end {}
  }

  @Test("an activity inside of another interrupts it, and all add up to the time")
  func nested() {
    let begin = Moment.now
    Stopwatch.start()
    defer { Stopwatch.stop() }
    Activity.reduce.during("reduce") {
      stay(0.02)
      Activity.wait.during("wait") { stay(0.05) }
      Activity.update.during("update") { stay(0.03) }
    }
    let times = Stopwatch.read()
    let all = Double(Moment.now - begin) * 1e-9
    #expect(times[.wait] >= 0.05)
    #expect(times[.update] >= 0.03)
    #expect(times[.reduce] >= 0.02)
    #expect(times[.load] == 0)
    #expect(times.total >= 0.1 && times.total <= all)
    // The clock of a busy machine runs on between two lines, but the least of three is near.
    #expect(times[.reduce] < times[.wait] + times[.update])
  }

  @Test("an error ends an activity too")
  func thrown() {
    struct Trouble: Error {}
    Stopwatch.start()
    defer { Stopwatch.stop() }
    try? Activity.load.during("load") { throw Trouble() }
    let before = Stopwatch.read()[.load]
    stay(0.01)
    #expect(Stopwatch.read()[.load] == before)
    #expect(Stopwatch.read()[.other] > 0.009)
  }

  @Test("a thread that has not started it measures nothing")
  func otherThread() async {
    Stopwatch.start()
    let seen = await withCheckedContinuation { done in
      Thread {
        Activity.compute.during("compute") { _ = usleep(1000) }
        done.resume(returning: Stopwatch.read())
      }.start()
    }
    #expect(seen == ActivitySeconds())
  }

  @Test("what began before the start is not measured twice")
  func restarted() {
    Stopwatch.start()
    defer { Stopwatch.stop() }
    Activity.load.during("load") {
      stay(0.005)
      Stopwatch.start()
      stay(0.005)
    }
    let times = Stopwatch.read()
    #expect(times[.load] == 0)
    #expect(times.total < 1)
  }
}
