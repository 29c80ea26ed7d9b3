import Foundation
import HDF5
import Reporting
import Testing

/// Bits that change in the memory of one rank.
extension ParallelTests {
  @Suite("The sentinel")
  struct SentinelTests {
    /// Parameters that nobody moves, and that every rank holds by itself.
    private static let still = [
      "training.reduction=fast", "optimizer.learning_rate=0", "optimizer.momentum=0",
      "optimizer.weight_decay=0", "training.epochs=100000", "evaluation.every_epochs=0",
      "sentinel.every_steps=20", "checkpoint.every_steps=50",
      "model.hidden=200",
    ]

    @Test("a bit that flips in one of three ranks", arguments: [0, 2])
    func flipped(rank: Int) throws {
      let trial = try Trial()
      let run = try trial.start("run", ranks: 3, Self.still)
      #expect(run.comes(within: 60) { trial.lines("run") > 60 })
      let digest = try trial.digest("run")
      let weights = try firstBytes(of: "/parameters/weights", trial, "run")
      let process = try #require(run.ranks[rank])
      #expect(try Memory(of: process).flipBit(in: weights) > 0, "the weights were not found")
      let result = run.wait(timeout: 30)
      #expect(result.status == 5 && !result.hung, "\(result.text)")
      #expect(result.errorLines.count == 1, "\(result.errors)")
      let line = String(result.errorLines.first ?? "")
      #expect(line.contains("rank \(rank) (\(ProcessInfo.processInfo.hostName))"), "\(line)")
      #expect(line.contains("in weights at step") && line.contains("is good"), "\(line)")
      #expect(try trial.failure("run")?["rank"]?.intValue == rank)
      // What was kept is from before.
      for path in try trial.checkpoints("run") {
        #expect(try trial.inspect(path)["digest"]?.stringValue == digest)
      }
    }

    @Test("no checkpoint is written of ranks that differ, and two ranks are both named")
    func beforeCheckpoint() throws {
      let trial = try Trial()
      let settings = Self.still + ["sentinel.every_steps=1000000"]
      let run = try trial.start("run", ranks: 2, settings)
      #expect(run.comes(within: 60) { trial.lines("run") > 60 })
      let digest = try trial.digest("run")
      let weights = try firstBytes(of: "/parameters/weights", trial, "run")
      #expect(try Memory(of: try #require(run.ranks[1])).flipBit(in: weights) > 0)
      let result = run.wait(timeout: 30)
      #expect(result.status == 5 && result.errorLines.count == 1, "\(result.text)")
      #expect(result.errors.contains("ranks 0 (") && result.errors.contains("1 ("))
      for path in try trial.checkpoints("run") {
        #expect(try trial.inspect(path)["digest"]?.stringValue == digest)
      }
    }

    /// The first 64 bytes of an array of the newest checkpoint.
    private func firstBytes(of name: String, _ trial: Trial, _ run: String) throws -> [UInt8] {
      let path = try #require(try trial.checkpoints(run).last)
      let file = try File(reading: path)
      let values = try file.dataset(name).readAll(as: Float.self)
      return values.prefix(16).withUnsafeBytes { Array($0) }
    }
  }
}

/// The memory of another process (`/proc/PID/mem`, proc(5)).
private struct Memory {
  private let process: pid_t

  init(of process: pid_t) { self.process = process }

  /// Changes a bit wherever the bytes lie in memory that can be written; how often.
  func flipBit(in pattern: [UInt8]) throws -> Int {
    let file = open("/proc/\(process)/mem", O_RDWR)
    guard file >= 0 else {
      throw TestError("cannot open the memory of \(process): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    let wanted = Data(pattern)
    var found = 0
    for region in try regions() {
      var bytes = [UInt8](repeating: 0, count: region.count)
      let count = pread(file, &bytes, region.count, off_t(region.lowerBound))
      guard count > pattern.count else { continue }
      let data = Data(bytes.prefix(count))
      var start = data.startIndex
      while let place = data.range(of: wanted, in: start..<data.endIndex) {
        var byte = pattern[2] ^ 1
        if pwrite(file, &byte, 1, off_t(region.lowerBound + place.lowerBound + 2)) == 1 {
          found += 1
        }
        start = place.upperBound
      }
    }
    return found
  }

  /// Private memory that can be written, of moderate size.
  private func regions() throws -> [Range<Int>] {
    let text = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      let ends = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
      guard words[1].hasPrefix("rw-p"), ends.count == 2, ends[1] - ends[0] < 1 << 28 else {
        return nil
      }
      return ends[0]..<ends[1]
    }
  }
}
