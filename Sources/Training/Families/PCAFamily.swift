/// `family: pca`: principal components, found at once by the command `pca` and not trained by steps.
struct PCAFamily: ModelFamily {
  static let name = "pca"

  /// The number of directions.
  let components: Int
  /// Whether codes have variance 1.
  let whiten: Bool

  init(_ settings: SettingsReader) throws {
    components = try settings.integer("components", in: 1...1_000_000)
    whiten = try settings.flag("whiten", default: false)
  }

  let curriculum: [StagePlan] = []

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    throw ConfigurationError("a model of family pca has no stages; run the command pca")
  }
}
