/// A parameter that an optimizer treats in a way of its own.
public struct ParameterGroup: Sendable, Equatable {
  /// The parameter's name.
  public var name: String
  /// What the learning rate is multiplied by.
  public var rateFactor: Double
  /// The largest norm of this parameter's mean gradient, whatever the chain does besides. Nil leaves it.
  public var clipNorm: Double?

  /// A group of one parameter.
  public init(name: String, rateFactor: Double = 1, clipNorm: Double? = nil) {
    (self.name, self.rateFactor, self.clipNorm) = (name, rateFactor, clipNorm)
  }
}
