extension RunConfiguration {
  /// Refuses data around 0 for a setting that stands for numbers from 0 to 1, before the data is read.
  /// - Parameters:
  ///   - setting: what takes such numbers, such as `model.loss: bernoulli`.
  ///   - instead: a setting that takes any numbers; nil where there is none.
  /// - Throws: `ConfigurationError` where `data.transform` is `standardize`.
  func requireUnitValues(for setting: String, instead: String? = nil) throws {
    guard data.transform == .standardize else { return }
    throw ConfigurationError(
      "\(setting) takes numbers from 0 to 1, but data.transform: standardize gives numbers of both "
        + "signs; use \(instead.map { "\($0) or " } ?? "")data.transform: unit")
  }
}
