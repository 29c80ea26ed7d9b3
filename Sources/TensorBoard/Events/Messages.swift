import Foundation
import Reporting
import SwiftProtobuf

/// The messages of events.
extension TBEvent {
  /// The first event of a file. Version 2 is what tells readers to look for restarts.
  static func version(time: Double) -> TBEvent {
    var event = TBEvent()
    event.wallTime = time
    event.fileVersion = "brain.Event:2"
    return event
  }

  /// Tells readers to forget what they know of a step and later ones.
  static func restart(at step: Int, time: Double) -> TBEvent {
    var event = TBEvent()
    event.wallTime = time
    event.step = Int64(step)
    event.sessionLog.status = .start
    return event
  }

  /// How a run ended.
  static func sessionEnd(_ end: SessionEnd, time: Double) -> TBEvent {
    var data = TBHyperParameterData()
    data.sessionEnd.status = end == .success ? .success : .failure
    data.sessionEnd.time = time
    return TBEvent(step: 0, time: time, values: [.session("session_end_info", data)])
  }

  /// The message of an event; nil where there is nothing to show.
  init?(_ event: LoggedEvent) {
    guard let values = Self.values(event) else { return nil }
    self.init(step: event.step, time: event.time, values: values)
  }

  private init(step: Int, time: Double, values: [TBSummary.Value]) {
    self.init()
    wallTime = time
    self.step = Int64(step)
    summary.values = values
  }

  private static func values(_ event: LoggedEvent) -> [TBSummary.Value]? {
    switch event.content {
    case .scalars(let scalars): scalars.map { .scalar($0.tag, $0.value) }
    case .picture(let tag, let path): TBSummary.Value.picture(tag, path).map { [$0] }
    case .histogram(let tag, let histogram): [.histogram(tag, histogram)]
    case .text(let tag, let text): [.text(tag, text)]
    case .sessionStart(let values):
      [.session("session_start_info", TBHyperParameterData(values, time: event.time))]
    }
  }
}

extension TBSummary.Value {
  fileprivate init(_ tag: String, plugin: String? = nil, _ content: Data = Data()) {
    self.init()
    self.tag = tag
    guard let plugin else { return }
    metadata.plugin.name = plugin
    metadata.plugin.content = content
  }

  fileprivate static func scalar(_ tag: String, _ number: Double) -> Self {
    var value = Self(tag)
    value.scalar = Float(number)
    return value
  }

  fileprivate static func picture(_ tag: String, _ path: String) -> Self? {
    guard let file = FileManager.default.contents(atPath: path), let size = PNGSize(file) else {
      return nil
    }
    var value = Self(tag)
    value.image.encoded = file
    (value.image.width, value.image.height) = (size.width, size.height)
    value.image.colorspace = size.channels
    return value
  }

  fileprivate static func histogram(_ tag: String, _ histogram: Histogram) -> Self {
    var value = Self(tag)
    value.histogram.min = histogram.minimum
    value.histogram.max = histogram.maximum
    value.histogram.num = histogram.count
    value.histogram.sum = histogram.sum
    value.histogram.sumSquares = histogram.sumOfSquares
    value.histogram.limits = histogram.limits
    value.histogram.counts = histogram.counts
    return value
  }

  /// A string of one element, and no shape: what the text plugin takes.
  fileprivate static func text(_ tag: String, _ text: String) -> Self {
    var value = Self(tag, plugin: "text")
    value.tensor.kind = .string
    value.tensor.strings = [Data(text.utf8)]
    return value
  }

  /// All that the plugin reads is in the metadata; readers want a tensor besides, of no elements.
  fileprivate static func session(_ name: String, _ data: TBHyperParameterData) -> Self {
    var value = Self(
      "_hparams_/" + name, plugin: "hparams", (try? data.serializedData()) ?? Data())
    value.tensor.kind = .float
    value.tensor.shape.axes = [TBTensor.Shape.Axis()]
    return value
  }
}

extension TBHyperParameterData {
  fileprivate init(_ values: [(name: String, value: HyperParameter)], time: Double) {
    self.init()
    sessionStart.time = time
    for (name, value) in values {
      var message = TBHyperParameter()
      switch value {
      case .number(let number): message.number = number
      case .flag(let flag): message.flag = flag
      case .text(let text): message.text = text
      }
      sessionStart.values[name] = message
    }
  }
}
