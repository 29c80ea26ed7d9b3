import Foundation
import Synchronization
import Testing

@testable import Training

@Suite("Drawing beside training") struct PictureQueueTests {
  /// What was said.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  @Test("a thread that stands still is given up, with one warning; nothing is drawn after it")
  func standstill() {
    let lines = Lines()
    let queue = PictureQueue(patience: 0.2) { lines.add($0) }
    let hang = DispatchSemaphore(value: 0)
    defer { hang.signal() }
    queue.submit { hang.wait() }
    let start = Date()
    queue.wait()
    queue.submit { lines.add("drawn") }
    queue.wait()
    #expect((0.2..<5).contains(Date().timeIntervalSince(start)))
    #expect(!queue.isOn)
    #expect(lines.all.count == 1 && lines.all[0].contains("standstill"))
  }

  @Test("a thread that computes is waited for")
  func computing() {
    let lines = Lines()
    let queue = PictureQueue(patience: 0.3) { lines.add($0) }
    queue.submit {
      let end = Date(timeIntervalSinceNow: 1)
      while Date() < end {}
      lines.add("drawn")
    }
    queue.wait()
    #expect(lines.all == ["drawn"])
  }

  @Test("the time of all threads is added up, that of standing still is not")
  func processorTime() {
    let queue = PictureQueue { _ in }
    #expect(queue.processorTime == 0)
    for _ in 0..<2 {
      queue.submit {
        var time = timespec()
        repeat { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) } while time.tv_nsec < 100_000_000
      }
    }
    queue.wait()
    #expect((0.2..<0.3).contains(queue.processorTime))
    queue.submit { usleep(300_000) }
    queue.wait()
    #expect(queue.processorTime < 0.3)
  }

  @Test("what cannot be drawn is told of once")
  func failure() {
    let lines = Lines()
    let queue = PictureQueue { lines.add($0) }
    for _ in 0..<2 { queue.submit { throw WriteError("no room") } }
    queue.wait()
    #expect(lines.all == ["warning: no room; no more pictures and tables are written"])
  }
}
