import Foundation
import TestSupport
import Testing

@testable import Report

@Suite struct MetricsReaderTests {
  /// A log of training lines with an evaluation after every hundredth.
  private func write(_ count: Int, to path: String, more: String = "") throws {
    var text = ""
    for step in 1...count {
      text +=
        #"{"kind":"train","stage":"rbm","epoch":\#(step / 100 + 1),"step":\#(step),"loss":\#(step)"#
      text += #","samples_per_second":1000.5,"time":1700000000.\#(step % 10)}"# + "\n"
      if step % 100 == 0 {
        text +=
          #"{"kind":"evaluation","stage":"rbm","epoch":\#(step / 100),"step":\#(step),"loss":2}"#
          + "\n"
      }
    }
    try (text + more).write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func series(_ result: MetricsReader.Result, _ kind: String, _ metric: String)
    -> MetricSeries?
  {
    result.series.first { $0.name.kind == kind && $0.name.metric == metric }
  }

  @Test("of a short log all lines are there") func short() throws {
    try withTemporaryFolder { folder in
      try write(250, to: folder + "/m")
      let result = MetricsReader.read(folder + "/m")
      #expect(result.lines == 252 && result.parsed == 252 && !result.isSampled)
      let loss = try #require(series(result, "train", "loss"))
      #expect(loss.points.map(\.step) == Array(1...250))
      #expect(loss.points[9].time == 1_700_000_000.0 && loss.points[9].epoch == 1)
      #expect(series(result, "evaluation", "loss")?.points.map(\.step) == [100, 200])
      #expect(!result.series.contains { ["time", "step", "epoch"].contains($0.name.metric) })
    }
  }

  @Test("steps and epochs below zero are damage") func negative() throws {
    try withTemporaryFolder { folder in
      var text = ""
      for (epoch, step) in [(1, Int.min), (Int.min, 1), (2, Int.max), (1, 0), (3, 5)] {
        text += #"{"kind":"evaluation","stage":"a","epoch":\#(epoch),"step":\#(step),"x":1}"# + "\n"
      }
      try text.write(toFile: folder + "/m", atomically: true, encoding: .utf8)
      let result = MetricsReader.read(folder + "/m")
      #expect(result.damaged == 2 && result.series[0].points.map(\.step) == [.max, 0, 5])
      let scale = EpochScale(result.series)
      for step in [0, 5, Int.max] { #expect(scale.epoch(step, stage: "a").isFinite) }
    }
  }

  @Test("of a long log training lines are thinned, evaluations are not, and the end is whole")
  func long() throws {
    try withTemporaryFolder { folder in
      let last = #"{"kind":"train","stage":"rbm","epoch":9,"step":20001,"loss":"nan"}"# + "\n"
      try write(20_000, to: folder + "/m", more: last)
      var reader = MetricsReader()
      reader.most = 500
      reader.tail = 1000
      let result = reader.read(folder + "/m")
      #expect(result.lines == 20_201 && result.isSampled && !result.thinsEvaluations)
      let loss = try #require(series(result, "train", "loss"))
      #expect((450...560).contains(loss.points.count), "\(loss.points.count)")
      #expect(loss.points[0].step == 1 && loss.points.last?.value.isNaN == true)
      let gaps = zip(loss.points, loss.points.dropFirst()).map { $1.step - $0.step }
      #expect(gaps.max()! < 80, "evenly spaced")
      #expect(series(result, "evaluation", "loss")?.points.count == 200)
    }
  }

  @Test("nothing but evaluations, and too many of them, are thinned and told of")
  func evaluationsOnly() throws {
    try withTemporaryFolder { folder in
      let lines = (1...5000).map {
        #"{"kind":"evaluation","stage":"s","epoch":1,"step":\#($0),"loss":1.5,"padding":1}"# + "\n"
      }
      try lines.joined().write(toFile: folder + "/m", atomically: true, encoding: .utf8)
      var reader = MetricsReader()
      reader.most = 300
      let result = reader.read(folder + "/m")
      #expect(result.thinsEvaluations && result.isSampled && result.lines == 5000)
      #expect((300...2000).contains(result.parsed))
    }
  }

  @Test("a torn end, damaged lines, empty lines and no file") func torn() throws {
    try withTemporaryFolder { folder in
      try write(3, to: folder + "/m", more: "no json\n\n{\"kind\":1}\n{\"kind\":\"train\",\"sta")
      let result = MetricsReader.read(folder + "/m")
      #expect(result.lines == 5 && result.parsed == 3 && result.damaged == 2)
      #expect(MetricsReader.read(folder + "/missing").lines == 0)
      #expect(MetricsReader.read(folder).lines == 0, "a folder")
    }
  }

  @Test("a line longer than what is read at once") func longLine() throws {
    try withTemporaryFolder { folder in
      let name = String(repeating: "x", count: 3_000_000)
      let line = #"{"kind":"train","stage":"s","epoch":1,"step":1,"\#(name)":1}"#
      let huge = String(repeating: "y", count: 9_000_000)
      let last = #"{"kind":"train","stage":"s","epoch":1,"step":2,"loss":1}"#
      try [line, huge, last].map { $0 + "\n" }.joined()
        .write(toFile: folder + "/m", atomically: true, encoding: .utf8)
      let result = MetricsReader.read(folder + "/m")
      #expect(result.series.map(\.name.metric.count) == [3_000_000, 4])
    }
  }

  @Test("the time grows with the file's size, not with its lines' worth of parsing") func speed()
    throws
  {
    try withTemporaryFolder { folder in
      try write(400_000, to: folder + "/m")
      let start = DispatchTime.now().uptimeNanoseconds
      let result = MetricsReader.read(folder + "/m")
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
      #expect(result.lines == 404_000 && result.parsed < 40_000)
      // A debug build on a busy machine; parsing all would take minutes there.
      #expect(seconds < 60, "\(seconds)")
    }
  }

  @Test("thinned series keep their ends, peaks and what is not finite") func thinning() {
    var series = MetricSeries(name: .init(kind: "train", stage: "s", metric: "m"))
    series.points = (0..<10_000).map {
      .init(step: $0, epoch: 0, time: nil, value: sin(Double($0)))
    }
    series.points[5000].value = 100
    series.points[7000].value = -.infinity
    let thin = series.thinned(to: 300)
    #expect(thin.points.count <= 310)
    #expect(thin.points.first?.step == 0 && thin.points.last?.step == 9999)
    #expect(
      thin.points.contains { $0.value == 100 } && thin.points.contains { $0.value == -.infinity })
    #expect(thin.points.map(\.step) == thin.points.map(\.step).sorted())
    #expect(series.thinned(to: 10_000).points.count == 10_000)
  }

  @Test("steps become epochs with fractions, through stages") func epochs() {
    func points(_ kind: String, _ stage: String, _ pairs: [(Int, Int)]) -> MetricSeries {
      var series = MetricSeries(name: .init(kind: kind, stage: stage, metric: "m"))
      series.points = pairs.map { .init(step: $0.0, epoch: $0.1, time: nil, value: 0) }
      return series
    }
    let scale = EpochScale([
      points("train", "a", [(5, 1), (10, 1), (15, 2), (20, 2), (25, 3)]),
      points("evaluation", "a", [(20, 2)]), points("train", "b", [(30, 1), (40, 1), (45, 2)]),
    ])
    #expect(scale.epoch(5, stage: "a") == 0.5 && scale.epoch(10, stage: "a") == 1)
    #expect(scale.epoch(25, stage: "a") == 2.5)
    #expect(scale.epoch(30, stage: "b") == 0.5 && scale.epoch(40, stage: "b") == 1)
    #expect(scale.epoch(1, stage: "none") == 0)
  }
}
