import Foundation
import Reporting
import Testing

extension CommandLineTests {
  /// Every line of metrics.jsonl is as Documentation/files.md says, whatever the model.
  @Suite("The schema of metrics.jsonl") struct MetricsSchemaTests {
    private let trial: Trial
    private let documented: Set<Substring>

    init() throws {
      trial = try Trial()
      let text = try String(contentsOfFile: "Documentation/files.md", encoding: .utf8)
      // Words between backticks.
      let words = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      documented = Set(words.filter { !$0.offset.isMultiple(of: 2) }.map(\.element))
    }

    static let runs: [[String]] = [
      [],
      ["model.sampler=tempering", "model.chains=4", "model.temperatures=3"],
      ["model={family: rbm, hidden: 6, visible: gaussian}", "data.transform=standardize"],
      ["model={family: rbm, hidden: 30, likelihood: annealed, ais: {temperatures: 20, runs: 4}}"],
      ["model={family: boltzmann, hidden: 3, chains: 5, sample_sweeps: 5}"],
      ["model={family: dbn, hidden: [8, 6], pretraining: {epochs: 1}}"],
      ["model={family: dbn, hidden: [8, 6], classes: 10, pretraining: {epochs: 1}}"],
      ["model={family: vae, latent: 2, encoder: [8], decoder: [8]}"],
      [
        "model={family: vae, latent: 2, encoder: [8], decoder: [8], importance_samples: 3, evaluation_samples: 2}"
      ],
      ["model={family: autoencoder, encoder: [12]}"],
      ["model={family: autoencoder, encoder: [12], sparsity: {kind: kl, target: 0.1, weight: 1}}"],
      [
        "model={family: autoencoder, encoder: [12], activation: sigmoid, contraction: {weight: 0.1}}"
      ],
      ["model={family: autoencoder, encoder: [12, 5], pretraining: {method: rbm, epochs: 1}}"],
      ["model={family: autoencoder, encoder: [12], objective: classification, classes: 10}"],
      ["model={family: autoencoder, encoder: [12]}", "optimizer={name: lbfgs}"],
      ["data.test=null"],
    ]

    @Test(arguments: runs)
    func everyLine(settings: [String]) throws {
      let outcome = try trial.train(["--quiet"], set: settings)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let text = trial.scratch.text("run/metrics.jsonl")
      #expect(text.hasSuffix("\n"))
      var last: (step: Int, time: Double) = (0, 0)
      for line in text.split(separator: "\n") {
        guard case .object(let object) = try JSONValue(parsing: String(line)) else {
          Issue.record("no object: \(line)")
          continue
        }
        let place = try check(object, "\(line)")
        #expect(place.step >= last.step && place.time >= last.time, "\(line)")
        last = place
      }
      #expect(last.step > 0)
    }

    private func check(_ object: JSONObject, _ line: String) throws -> (step: Int, time: Double) {
      #expect(
        object.keys.prefix(4) == ["kind", "stage", "epoch", "step"] && object.keys.last == "time")
      let kind = object["kind"]?.stringValue ?? ""
      #expect(["train", "evaluation"].contains(kind), "\(line)")
      #expect(object["stage"]?.stringValue?.isEmpty == false, "\(line)")
      #expect(object["epoch"]?.intValue.map { $0 >= (kind == "train" ? 1 : 0) } == true, "\(line)")
      let metrics = object.members.dropFirst(4).dropLast()
      #expect(!metrics.isEmpty, "\(line)")
      #expect((object["samples_per_second"] != nil) == (kind == "train"), "\(line)")
      for metric in metrics {
        #expect(documented.contains(Substring(metric.key)), "\(metric.key) is not in files.md")
        #expect(isNumber(metric.value), "\(line)")
      }
      let time = try #require(object["time"]?.doubleValue, "\(line)")
      #expect(abs(time - Date().timeIntervalSince1970) < 300, "\(line)")
      return (try #require(object["step"]?.intValue, "\(line)"), time)
    }

    /// A number, or one of three words.
    private func isNumber(_ value: JSONValue) -> Bool {
      switch value {
      case .double(let number): number.isFinite
      case .string(let word): ["nan", "inf", "-inf"].contains(word)
      default: false
      }
    }
  }
}
