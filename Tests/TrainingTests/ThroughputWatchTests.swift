import Foundation
import Testing

@testable import Training

@Suite struct ThroughputWatchTests {
  @Test func ratesLeavePausesOut() {
    var watch = ThroughputWatch()
    watch.restart()
    let start = watch.now
    watch.add(samples: 100)
    usleep(50_000)
    // As if 40 ms had been an evaluation.
    watch.pause(0.04)
    let rate = watch.takeRate()
    let elapsed = watch.now - start - 0.04
    #expect(rate >= 100 / elapsed * 0.99)
    #expect(rate <= 100 / 0.0099)
    watch.add(samples: 50)
    usleep(10_000)
    #expect(watch.takeRate() <= 50 / 0.0099)
    #expect(watch.overallRate <= 150 / 0.0199)
    let rest = watch.eta(samples: 150)
    #expect(rest >= 0.0199 && rest <= (watch.now - start) * 1.01)
  }

  @Test func nothingYetIsFinite() {
    var watch = ThroughputWatch()
    watch.restart()
    #expect(watch.takeRate() == 0)
    #expect(watch.eta(samples: 0) == 0)
    #expect(watch.eta(samples: 10).isFinite)
  }
}
