import Foundation
import HDF5
import Reporting
import Testing

/// What TensorBoard's own reader finds in the event files of whole runs.
extension ParallelTests {
  @Suite("TensorBoard")
  struct TensorBoardTests {
    private static let always = ["reporting.histograms_every_epochs=1"]

    /// Everything that a reader finds of a run, without what depends on the clock.
    private func found(_ trial: Trial, _ run: String) throws -> JSONValue? {
      guard let all = try Python.events(trial.path(run) + "/tensorboard") else { return nil }
      #expect(all["files"]?.members.allSatisfy { $0.value["damage"] == .null } == true)
      let scalars = (all["scalars"]?.members ?? []).filter { !$0.key.hasSuffix("per_second") }
      let curves = scalars.map { member -> (String, JSONValue) in
        (member.key, .array(member.value.arrayValue!.map { [$0["step"]!, $0["value"]!] }))
      }
      return .object([
        "scalars": .object(JSONObject(curves)), "histograms": all["histograms"] ?? .null,
        "pictures": all["pictures"] ?? .null, "status": all["session"]?["status"] ?? .null,
      ])
    }

    /// The curves that a run's metrics.jsonl holds.
    private func curves(_ trial: Trial, _ run: String, stages: Bool = false) throws -> JSONValue {
      var curves = JSONObject()
      for record in try trial.metrics(run) {
        for member in record.metrics.members {
          let tag = (stages ? record.stage + "/" : "") + "\(record.kind)/\(member.key)"
          let value = Double(Float(try #require(member.value.doubleValue)))
          let before = curves[tag]?.arrayValue ?? []
          curves[tag] = .array(before + [[.int(record.step), .double(value)]])
        }
      }
      return .object(curves)
    }

    private static let autoencoder = "model={family: autoencoder, encoder: [12]}"
    static let cases: [[String]] = [
      ["evaluation.pictures=true"],
      ["optimizer={name: adam, learning_rate: 0.01}", autoencoder],
      ["optimizer.averaging=0.9", autoencoder],
      ["optimizer.clip_norm=0.1", autoencoder],
      ["training.delay=1"],
      ["optimizer={name: lbfgs}", autoencoder],
      ["model={family: dbn, hidden: [8, 6], pretraining: {epochs: 1}}"],
      ["model={family: vae, latent: 2, encoder: [8], decoder: [8]}"],
    ]

    @Test("the same on 1 and 3 ranks, and as in metrics.jsonl", arguments: cases)
    func sameOnAllRanks(settings: [String]) throws {
      let trial = try Trial()
      try trial.train("one", ranks: nil, settings + Self.always)
      guard let one = try found(trial, "one") else { return }
      let hasStages = settings.contains { $0.contains("dbn") }
      let curves = try curves(trial, "one", stages: hasStages)
      #expect(sorted(one["scalars"]) == sorted(curves))
      #expect(one["status"] == "STATUS_SUCCESS")
      for transport in Transport.allCases {
        let run = "three-\(transport)"
        try trial.train(run, ranks: 3, settings + Self.always, transport: transport)
        let three = try found(trial, run)
        for key in ["scalars", "histograms", "pictures"] {
          #expect(three?[key] == one[key], "\(key), \(transport)")
        }
      }
      try checkHistograms(one, trial)
      try checkPictures(one, trial, areExpected: settings == ["evaluation.pictures=true"])
    }

    /// The order of tags is that of their first points.
    private func sorted(_ value: JSONValue?) -> [String] {
      (value?.members ?? []).map { "\($0.key) \($0.value.encoded())" }.sorted()
    }

    /// The last parameters are those of the checkpoint; gradients are as many.
    private func checkHistograms(_ found: JSONValue, _ trial: Trial) throws {
      let groups = found["histograms"]?.members ?? []
      let file = try File(reading: try #require(try trial.checkpoints("one").last))
      var seen = 0
      for (tag, points) in groups.map({ ($0.key, $0.value.arrayValue ?? []) }) {
        let isGradient = tag.contains("gradients/")
        #expect(isGradient || tag.contains("parameters/"))
        guard let slash = tag.range(of: isGradient ? "gradients/" : "parameters/") else { continue }
        let values = try file.dataset("/parameters/" + tag[slash.upperBound...])
          .readAll(as: Float.self).map(Double.init)
        let last = try #require(points.last)
        seen += 1
        #expect(last["num"]?.doubleValue == Double(values.count), "\(tag)")
        let counts = last["bucket"]?.arrayValue?.reduce(0) { $0 + $1.doubleValue! }
        #expect(counts == Double(values.count), "\(tag)")
        // Averages are evaluated in the parameters' place; of stages the last one alone is at its end.
        guard !isGradient, try isEvaluated(file) else { continue }
        #expect(last["min"]?.doubleValue == values.min(), "\(tag)")
        #expect(last["max"]?.doubleValue == values.max(), "\(tag)")
        let sum = try #require(last["sum"]?.doubleValue)
        #expect(abs(sum - values.reduce(0, +)) <= 1e-9 * values.reduce(0) { $0 + abs($1) })
      }
      #expect(seen > 2)
    }

    private func isEvaluated(_ file: File) throws -> Bool {
      try !file.datasetPaths().contains { $0.hasSuffix("/average") || $0.contains("up-down") }
    }

    private func checkPictures(_ found: JSONValue, _ trial: Trial, areExpected: Bool) throws {
      let tags = found["pictures"]?.members ?? []
      #expect(tags.isEmpty == !areExpected)
      for member in tags {
        let name = member.key.dropFirst("pictures/".count)
        for point in member.value.arrayValue ?? [] {
          let step = String(format: "%08d", point["step"]!.intValue!)
          let path = trial.path("one") + "/images/\(name)-step-\(step).png"
          let file = try Data(contentsOf: URL(fileURLWithPath: path))
          #expect(point["png"]?.stringValue == file.base64EncodedString())
        }
      }
    }

    @Test("without a test set the end is shown once")
    func untested() throws {
      let trial = try Trial()
      try trial.train(
        "run", ranks: 2,
        ["data.test=null", "evaluation={pictures: true, picture_share: 0}"] + Self.always)
      guard let all = try found(trial, "run") else { return }
      for group in ["histograms", "pictures"] {
        let tags = all[group]?.members ?? []
        #expect(!tags.isEmpty, "\(group)")
        for member in tags {
          let steps = member.value.arrayValue?.compactMap { $0["step"]?.intValue } ?? []
          #expect(Set(steps).count == steps.count, "\(member.key): \(steps)")
          #expect(steps.last == 21, "\(member.key): \(steps)")
          if group == "pictures" { #expect(steps == [7, 21], "\(member.key): \(steps)") }
        }
      }
    }

    @Test("it changes nothing, and is off when it is said to be")
    func off() throws {
      let trial = try Trial()
      try trial.train("on", ranks: 2)
      try trial.train("off", ranks: 2, ["reporting.tensorboard=false"])
      #expect(try trial.digest("on") == trial.digest("off"))
      #expect(try trial.metrics("on") == trial.metrics("off"))
      #expect(!FileManager.default.fileExists(atPath: trial.path("off") + "/tensorboard"))
      // Begun anew, nothing of the old run stays.
      try trial.train(
        "on", ranks: 2, ["reporting.tensorboard=false"], arguments: ["--resume", "never"])
      let left = try FileManager.default.contentsOfDirectory(
        atPath: trial.path("on") + "/tensorboard")
      #expect(left.isEmpty)
    }

    @Test("killed, a run leaves all but the last five seconds; resumed, it has every value once")
    func killed() throws {
      let trial = try Trial()
      let settings = ["checkpoint.every_steps=50", "training.log_every_steps=5"]
      let run = try trial.start("run", ranks: 3, settings + ["training.epochs=100000"])
      #expect(run.comes(within: 60) { trial.lines("run") > 0 })
      sleep(7)
      let records = try MetricsLog.read(trial.path("run") + "/metrics.jsonl")
      run.killAll()
      let old = records.last { $0.kind == "train" && $0.time! < Date().timeIntervalSince1970 - 5 }
      guard let events = try Python.events(trial.path("run") + "/tensorboard") else { return }
      let curve = events["scalars"]?["train/reconstruction_error"]?.arrayValue ?? []
      let last = try #require(curve.last?["step"]?.intValue)
      #expect(last >= (try #require(old).step))
      let epochs = try trial.newestStep("run") / 7 + 3
      try trial.train("run", ranks: 2, settings + ["training.epochs=\(epochs)"])
      let found = try found(trial, "run")
      #expect(sorted(found?["scalars"]) == sorted(try curves(trial, "run")))
      #expect(found?["status"] == "STATUS_SUCCESS")
    }

    @Test("the folder is removed under a run: it goes on, to the same bits")
    func removed() throws {
      let trial = try Trial()
      let settings = ["training.epochs=400", "evaluation.every_epochs=100"]
      try trial.train("whole", ranks: 2, settings)
      let run = try trial.start("run", ranks: 2, settings)
      let folder = trial.path("run") + "/tensorboard"
      #expect(run.comes(within: 60) { trial.lines("run") > 100 })
      try FileManager.default.removeItem(atPath: folder)
      let result = run.wait()
      #expect(result.status == 0 && !result.text.contains("warning"), "\(result.text)")
      #expect(try trial.digest("run") == trial.digest("whole"))
      #expect(try trial.metrics("run") == trial.metrics("whole"))
      guard let found = try found(trial, "run") else { return }
      let last = found["scalars"]?["train/reconstruction_error"]?.arrayValue?.last
      #expect(last?.arrayValue?.first == 2800)
    }
  }
}

extension JSONValue {
  /// The members of an object.
  fileprivate var members: [JSONObject.Member] {
    guard case .object(let object) = self else { return [] }
    return object.members
  }
}
