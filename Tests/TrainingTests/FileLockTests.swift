import Foundation
import Testing

@testable import Training

@Suite("A lock that is waited for") struct FileLockTests {
  @Test("not for ever, and whoever comes later gets it when it is free")
  func bounded() throws {
    let path = NSTemporaryDirectory() + "lock-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let first = FileLock(waitingFor: path)
      #expect(first.isHeld)
      let start = Date()
      #expect(!FileLock(waitingFor: path, seconds: 0.3).isHeld)
      #expect(Date().timeIntervalSince(start) >= 0.3)
      withExtendedLifetime(first) {}
    }
    #expect(FileLock(waitingFor: path, seconds: 5).isHeld)
    #expect(!FileLock(waitingFor: path + "/nothing/here").isHeld)
  }
}
