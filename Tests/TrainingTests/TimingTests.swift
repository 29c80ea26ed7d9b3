import Foundation
import Reporting
import TestSupport
import Testing
import Timeline

@testable import Training

/// Where the time of all ranks went, in files and words.
@Suite("Timing")
struct TimingTests {
  private func times(
    _ rank: Int, host: String = "a", compute: Double, wait: Double = 0, samples: Int = 1000
  ) -> RankTimes {
    var times = RankTimes(rank: rank, host: host)
    (times.seconds[.compute], times.seconds[.wait]) = (compute, wait)
    (times.samples, times.steps) = (samples, 10)
    return times
  }

  @Test("starts add up by rank and host, and nothing of an earlier start is lost")
  func starts() throws {
    let first = TimingRecord(
      ranks: [times(0, compute: 1), times(1, compute: 2), times(2, host: "b", compute: 4)],
      seconds: 5)
    let second = TimingRecord(
      ranks: [times(0, compute: 8), times(1, host: "b", compute: 16)], seconds: 20)
    let sum = second.after(first)
    #expect(sum.starts == 2)
    #expect(sum.seconds == 20)
    #expect(sum.ranks.map { "\($0.rank)\($0.host)" } == ["0a", "1a", "1b", "2b"])
    #expect(sum.ranks.map { $0.seconds[.compute] } == [9, 2, 16, 4])
    #expect(sum.ranks.map(\.starts) == [2, 1, 1, 1])
    #expect(sum.ranks.map(\.samples) == [2000, 1000, 1000, 1000])
    let json = try JSONValue(parsing: sum.json.encoded())
    #expect(TimingRecord(json) == sum)
  }

  @Test("a file that is spoilt is as none")
  func spoilt() throws {
    try withTemporaryFolder { folder in
      for text in ["", "{", "[]", #"{"ranks":[{}],"starts":1}"#, #"{"ranks":[],"starts":0}"#] {
        try text.write(toFile: folder + "/timing.json", atomically: true, encoding: .utf8)
        #expect(RunTiming.read(folder + "/timing.json") == nil, "\(text)")
      }
    }
  }

  @Test("numbers that cannot be added up are those of no run")
  func beyond() throws {
    for key in ["samples", "steps", "starts"] {
      for number in [Int.max, .min, -1] {
        let rank = #"{"rank":0,"host":"a","seconds":{},"\#(key)":\#(number)}"#
        #expect(TimingRecord(try JSONValue(parsing: #"{"ranks":[\#(rank)],"starts":1}"#)) == nil)
      }
    }
    #expect(TimingRecord(try JSONValue(parsing: #"{"ranks":[],"starts":\#(Int.max)}"#)) == nil)
    #expect(TimingRecord(try JSONValue(parsing: #"{"ranks":[],"starts":7}"#))?.starts == 7)
  }

  @Test("the rank that others wait for, the median, and one that computes slowly are named")
  func sentences() {
    let ranks = [
      times(0, compute: 10, wait: 5), times(1, host: "b", compute: 14, wait: 1),
      times(2, compute: 10, wait: 5), times(3, compute: 5, wait: 10, samples: 500),
    ]
    let lines = TimeSentences(ranks: ranks).lines
    #expect(lines.count == 2)
    #expect(
      lines[0].hasPrefix(
        "time: rank 1 on b, which others wait for most, 15.00 s: 93 % compute, 7 % wait"))
    // Rank 3 has fewer samples, and is no faster.
    #expect(
      lines[1].hasPrefix("rank 1 on b computes 1.40 times as long for a sample as the others"))
  }

  @Test("ranks that differ by less than 15 %, or have computed for moments, are not blamed")
  func even() {
    #expect(TimeSentences(ranks: [times(0, compute: 10), times(1, compute: 11)]).lines.count == 1)
    #expect(
      TimeSentences(ranks: [times(0, compute: 0.1), times(1, compute: 0.9)]).lines.count == 1)
    #expect(TimeSentences(ranks: [times(0, compute: 10), times(1, compute: 12)]).lines.count == 2)
    #expect(TimeSentences(ranks: [times(0, compute: 10)]).lines == ["time: 10.00 s: 100 % compute"])
  }

  @Test("which steps a timeline keeps")
  func steps() {
    let ofEpoch = (0..<100).filter { TraceSteps.ofEachEpoch.contains(1, place: $0, of: 100) }
    #expect(ofEpoch == Array(10..<30))
    #expect((0..<7).filter { TraceSteps.ofEachEpoch.contains(1, place: $0, of: 7) } == Array(3..<7))
    #expect(TraceSteps.ofEachEpoch.contains(1, place: 0, of: 1))
    #expect(TraceSteps("5-7") == .range(5...7))
    #expect(TraceSteps("7") == .range(7...7))
    #expect((4...8).filter { TraceSteps.range(5...7).contains($0, place: 0, of: 9) } == [5, 6, 7])
    for bad in ["", "-", "0", "0-3", "7-5", "a-b", "1-2-3", "1-", "-3", "1.5"] {
      #expect(TraceSteps(bad) == nil, "\(bad)")
    }
  }
}
