import Models
import Objectives
import Optimizers

/// The settings of a machine's visible units, under `model`.
struct RBMUnitSettings {
  /// What they are.
  let visible: UnitKind
  /// How the optimizer treats the parameters that they have besides weights and biases.
  let groups: [ParameterGroup]

  private enum Units: String, CaseIterable { case bernoulli, gaussian }

  init(_ settings: SettingsReader) throws {
    let units: Units = try settings.choice("visible", default: .bernoulli)
    guard units == .gaussian else {
      for key in ["deviation", "deviation_start", "variance_rate", "variance_clip"] {
        guard settings.has(key) else { continue }
        throw settings.error("belongs to visible: gaussian; leave it out", key: key)
      }
      (visible, groups) = (.bernoulli, [])
      return
    }
    let deviation = try Self.deviation(settings)
    visible = .gaussian(deviation)
    groups = try Self.groups(settings, deviation)
  }

  /// `unit`, `learned` or a number.
  private static func deviation(_ settings: SettingsReader) throws -> NoiseDeviation {
    let text = try settings.string("deviation", default: "unit")
    switch text {
    case "unit": return .unit
    case "learned":
      return .learned(
        initial: Float(try settings.number("deviation_start", default: 1, in: 1e-3...1e3)))
    default:
      guard let number = Float(text), (1e-3...1e3).contains(number) else {
        throw settings.error(
          "is '\(text)' but must be unit, learned or a number from 0.001 to 1000",
          key: "deviation")
      }
      return .fixed(number)
    }
  }

  private static func groups(
    _ settings: SettingsReader, _ deviation: NoiseDeviation
  ) throws -> [ParameterGroup] {
    guard case .learned = deviation else {
      for key in ["deviation_start", "variance_rate", "variance_clip"] where settings.has(key) {
        throw settings.error("belongs to deviation: learned; leave it out", key: key)
      }
      return []
    }
    return [
      ParameterGroup(
        name: "log_variance",
        rateFactor: try settings.number("variance_rate", default: 0.1, in: 0...1e3),
        clipNorm: try settings.number("variance_clip", default: 10, in: 1e-6...1e6))
    ]
  }

  /// What samples and their means are, for whoever draws them.
  var values: Picture.Values { visible.isGaussian ? .data : .unit }

  /// Units that are on or off stand for numbers from 0 to 1, Gaussian ones for numbers around 0.
  func warnings(_ configuration: RunConfiguration) -> [String] {
    let isStandardized = configuration.data.transform == .standardize
    guard isStandardized != visible.isGaussian else { return [] }
    guard visible.isGaussian else {
      return [
        "warning: data.transform: standardize gives numbers of both signs, but model.visible: "
          + "bernoulli stands for numbers from 0 to 1; unit or a binarize transform suits it"
      ]
    }
    return [
      "warning: model.visible: gaussian learns best from numbers of mean 0 and variance 1, but "
        + "data.transform is \(configuration.data.transform.rawValue); standardize suits it"
    ]
  }
}
