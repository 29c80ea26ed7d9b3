import CKernels
import Tensors

/// An optimizer made of transformations, one after the other.
public class ChainedOptimizer: Optimizer {
  /// The parameters it moves, in the order of their places.
  public let slices: [SliceLayout.Slice]
  /// What the links keep, in the order of the chain.
  public let state: [(name: String, values: Tensor)]
  /// Whether some link has to know the norm of the whole gradient.
  public let needsWholeGradient: Bool

  private var links: [any GradientTransformation]
  /// How each slice is treated.
  private let groups: [ParameterGroup]
  private let firstStates: [Int]
  private let parameters: ParameterSet
  private let range: Range<Int>
  private let scratch = Tensor(UpdateBlock.capacity)
  private let states: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  /// A chain over the parameters given, or all of a set.
  /// - Parameters:
  ///   - names: the parameters that it moves. What lies between them costs memory.
  ///   - groups: parameters that are treated in ways of their own.
  ///   - links: in the order in which they see a gradient; one of them is a rule.
  public init(
    _ parameters: ParameterSet, names: Set<String>? = nil, groups: [ParameterGroup] = [],
    _ links: [any GradientTransformation]
  ) {
    let slices = parameters.layout.slices.filter { names?.contains($0.name) ?? true }
    let range = (slices.first?.offset ?? 0)..<(slices.last?.range.upperBound ?? 0)
    self.slices = slices
    self.parameters = parameters
    self.range = range
    self.links = links
    self.groups = slices.map { slice in
      groups.first { $0.name == slice.name } ?? ParameterGroup(name: slice.name)
    }
    needsWholeGradient =
      links.contains(where: \.needsNorm) || self.groups.contains { $0.clipNorm != nil }
    let all = links.flatMap(\.state)
    precondition(Set(all.map(\.name)).count == all.count, "states have different names")
    state = all.map { state in
      let values = Tensor(range.count)
      switch state.start {
      case .value(let value): values.fill(value)
      case .parameters:
        values.assign(parameters.flat.view(offset: range.lowerBound, shape: [range.count]))
      }
      return (state.name, values)
    }
    firstStates = links.indices.map { links[..<$0].reduce(0) { $0 + $1.state.count } }
    states = .allocate(capacity: max(all.count, 1))
    for (i, state) in state.enumerated() { states[i] = state.values.pointer }
    begin(TrainingMoment(epoch: 0, update: 0))
  }

  deinit { states.deallocate() }

  /// The name of the averages, if a link keeps them.
  public var averageName: String? {
    links.contains { $0 is ParameterAverage } ? ParameterAverage.name : nil
  }

  /// What the links set by schedule or update holds from here on.
  public func begin(_ moment: TrainingMoment) {
    for i in links.indices { links[i].begin(moment) }
  }

  /// The norm over all pieces, in Float64; the same bits wherever the gradient has the same.
  public func measure(_ gradient: [UnsafeBufferPointer<Float>], count: Int) {
    var square = 0.0
    for piece in gradient { square += sdt_dot(piece.baseAddress, piece.baseAddress, piece.count) }
    let norm = square.squareRoot() / Double(count)
    for i in links.indices { links[i].take(norm: norm) }
  }

  /// Slice by slice and block by block, each block through the whole chain.
  public func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, count: Int) {
    for (slice, group) in zip(slices, groups) {
      let part = slice.range.clamped(to: range)
      guard !part.isEmpty else { continue }
      let scale = clip(group, slice, part, gradient + (part.lowerBound - range.lowerBound), count)
      var place = part.lowerBound
      while place < part.upperBound {
        let end = min(place + UpdateBlock.capacity, part.upperBound)
        apply(
          UpdateBlock(
            count: end - place, areWeights: slice.shape.count > 1,
            parameters: parameters.flat.pointer + place,
            gradient: gradient + (place - range.lowerBound), scale: scale,
            rateFactor: Float(group.rateFactor),
            scratch: scratch.pointer, states: states, offset: place - self.range.lowerBound))
        place = end
      }
    }
  }

  /// What the sums are multiplied by: 1 / count, or less where a group's gradient is longer than it may
  /// be. A norm that is not a number makes parameters that are none: a diverged model must be seen.
  private func clip(
    _ group: ParameterGroup, _ slice: SliceLayout.Slice, _ part: Range<Int>,
    _ gradient: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    guard let bound = group.clipNorm else { return 1 / Float(count) }
    precondition(part == slice.range, "what needs the whole gradient gets whole parameters")
    let norm = sdt_dot(gradient, gradient, part.count).squareRoot() / Double(count)
    return norm <= bound ? 1 / Float(count) : Float(bound / norm / Double(count))
  }

  private func apply(_ block: UpdateBlock) {
    var block = block
    for i in links.indices {
      block.firstState = firstStates[i]
      links[i].apply(to: &block)
    }
  }
}
