extension ProgressDisplay {
  /// Where training is.
  public struct Status: Sendable, Equatable {
    /// A quantity with its name.
    public struct Metric: Sendable, Equatable {
      /// What it is called on the screen.
      public var name: String
      /// Its value.
      public var value: Double
    }

    /// The entry of the curriculum; `nil` where there is only one.
    public var stage: String?
    /// The current epoch, from 1.
    public var epoch: Int
    /// How many epochs there are in this stage.
    public var epochs: Int
    /// Steps done.
    public var step: Int
    /// Steps in all; 0 where that is unknown.
    public var steps: Int
    /// What is minimised.
    public var loss: Metric
    /// What else is worth seeing, the most important first.
    public var metrics: [Metric]
    /// Samples a second, over all ranks.
    public var samplesPerSecond: Double
    /// Seconds to go; `nil` where that is unknown.
    public var eta: Double?
    /// Whether this step is the last of its epoch.
    public var endsEpoch: Bool

    /// Creates the status after a step.
    public init(
      stage: String? = nil, epoch: Int, epochs: Int, step: Int, steps: Int,
      loss: (name: String, value: Double), metrics: [(name: String, value: Double)] = [],
      samplesPerSecond: Double, eta: Double?, endsEpoch: Bool = false
    ) {
      (self.stage, self.epoch, self.epochs) = (stage, epoch, epochs)
      (self.step, self.steps) = (step, steps)
      self.loss = Metric(name: loss.name, value: loss.value)
      self.metrics = metrics.map { Metric(name: $0.name, value: $0.value) }
      (self.samplesPerSecond, self.eta) = (samplesPerSecond, eta)
      self.endsEpoch = endsEpoch
    }
  }
}

extension ProgressDisplay.Status {
  /// The share of the steps that are done; `nil` where the number of steps is unknown.
  var fraction: Double? {
    steps > 0 ? min(1, max(0, Double(step) / Double(steps))) : nil
  }

  /// The status as one plain line:
  /// `epoch 3/10  step 1200/4690  reconstruction 12.41  45.2k samples/s  ETA 0m32s`.
  public var line: String {
    var fields = stage.map { [$0] } ?? []
    fields += [epochField, stepField, field(loss)] + metrics.map(field)
    fields += ["\(Format.rate(samplesPerSecond)) samples/s"]
    if let eta { fields.append("ETA \(Format.duration(eta))") }
    return fields.joined(separator: "  ")
  }

  var epochField: String { epochs > 0 ? "epoch \(epoch)/\(epochs)" : "epoch \(epoch)" }

  private var stepField: String {
    guard steps > 0 else { return "step \(step)" }
    // Padded, so that the columns behind it stand still from line to line.
    let count = String(step)
    let padding = max(0, String(steps).count - count.count)
    return "step \(String(repeating: " ", count: padding))\(count)/\(steps)"
  }

  /// The status for programs.
  var message: Message {
    var fields: JSONObject = [:]
    if let stage { fields["stage"] = .string(stage) }
    fields["epoch"] = .int(epoch)
    if epochs > 0 { fields["epochs"] = .int(epochs) }
    fields["step"] = .int(step)
    if steps > 0 { fields["steps"] = .int(steps) }
    fields["metrics"] = .object(JSONObject(([loss] + metrics).map { ($0.name, .double($0.value)) }))
    fields["samples_per_second"] = .double(samplesPerSecond)
    if let eta { fields["eta_seconds"] = .double(eta) }
    return Message(line, event: .progress, fields: fields)
  }

  func field(_ metric: Metric) -> String { "\(metric.name) \(Format.metric(metric.value))" }
}
