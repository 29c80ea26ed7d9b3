import Autograd
import Datasets
import Layers
import Models
import Objectives
import Tensors

/// Builds the stages of an autoencoder's curriculum: a layer after the other, then the whole.
struct AutoencoderStages {
  private var options: AutoencoderOptions
  private let pretraining: AutoencoderPretraining?
  private let plans: [StagePlan]
  private let context: StageContext

  init(
    _ options: AutoencoderOptions, _ pretraining: AutoencoderPretraining?, _ plans: [StagePlan],
    _ context: StageContext
  ) {
    (self.options, self.pretraining) = (options, pretraining)
    self.options.normalization = context.normalization
    (self.plans, self.context) = (plans, context)
  }

  // MARK: - The whole

  /// The last stage, that reconstructs.
  func reconstruction() throws -> Stage {
    let model = try whole()
    let views = AutoencoderViews(model, seed: context.seed)
    return Stage(
      name: plans.last!.name, objective: TapeObjective(model, seed: context.seed),
      evaluator: AutoencoderEvaluator(model), encoder: encoder(views.codeMap), sampler: nil,
      pictures: { views.pictures($0.samples) },
      drawsCodes: true)
  }

  /// The last stage, that classifies.
  func classifier(classes: Int) throws -> Stage {
    let model = try classifyingModel(classes)
    let codes = TapeFunction(model, width: model.sampleWidth) { [model.codes($0)] }
    return Stage(
      name: plans.last!.name, objective: TapeObjective(model, seed: context.seed),
      evaluator: CodeClassifierEvaluator(model),
      encoder: encoder(SampleMap(codes, width: model.codeWidth)), sampler: nil,
      pictures: { _ in model.filters.map { [$0] } ?? [] })
  }

  /// A classifier needs no decoder, unless layers were trained as autoencoders of their own.
  private func classifyingModel(_ classes: Int) throws -> CodeClassifier {
    guard pretraining == nil else {
      return CodeClassifier(
        try whole(), classes: classes, seed: context.seed, firstNumber: number(of: plans.count))
    }
    let encoder = try Sequential(
      name: "encoder", options.encoder, input: context.sampleShape(options.encoder))
    return CodeClassifier(
      encoder, classes: classes, seed: context.seed, normalization: options.normalization)
  }

  private func encoder(_ map: SampleMap) -> Stage.Encoder {
    Stage.Encoder(width: map.width) { samples, _ in map(samples) }
  }

  /// The model with what the stages before have learned.
  private func whole() throws -> Autoencoder {
    let model = try Autoencoder(
      options, sample: context.sampleShape(options.encoder), seed: context.seed)
    for index in context.earlier.indices {
      switch pretraining!.method {
      case .rbm: model.unroll(trainedMachine(index), layer: index)
      case .autoencoder: model.unroll(try trainedLayer(index), layer: index)
      }
    }
    return model
  }

  // MARK: - Layers

  /// The stage that trains a layer on what the layers below make of the samples.
  func layer(_ index: Int) throws -> Stage {
    if index == 0 { try checkWhole() }
    switch pretraining!.method {
    case .rbm: return machineStage(index)
    case .autoencoder: return try layerStage(index)
    }
  }

  /// Throws what the last stage would, before the first one is trained.
  private func checkWhole() throws {
    _ = try Autoencoder(options, sample: [context.shape.count], seed: context.seed)
  }

  private func machineStage(_ index: Int) -> Stage {
    let machine = self.machine(index)
    machine.initialize(seed: context.seed, deviation: 0.01, round: index)
    // Real-valued reconstructions, as in Hinton and Salakhutdinov, 2006.
    let training = ContrastiveDivergence(
      machine,
      options: ContrastiveDivergenceOptions(
        gibbsSteps: pretraining!.gibbsSteps, negativeVisible: .probabilities),
      seed: context.seed, round: index, layout: context.layout)
    let below = (0..<index).map(trainedMachine)
    let all = below + [machine]
    let up = all.map { SampleMap(hiddenMeansOf: $0) }
    let down = all.reversed().map { SampleMap(visibleMeansOf: $0) }
    return stage(
      index, training, RBMEvaluator(machine),
      below: .chain(Array(up.dropLast())), code: .chain(up)!, round: .chain(up + down)!,
      filters: index == 0 ? machine.filters : nil)
  }

  private func layerStage(_ index: Int) throws -> Stage {
    let model = try layerModel(index)
    let below = try (0..<index).map(trainedLayer)
    let all = (below + [model]).map { AutoencoderViews($0, seed: context.seed) }
    let up = all.map(\.codeMap)
    let down = all.reversed().map(\.decoderMap)
    return stage(
      index, TapeObjective(model, seed: context.seed), AutoencoderEvaluator(model),
      below: .chain(Array(up.dropLast())), code: .chain(up)!, round: .chain(up + down)!,
      filters: index == 0 ? all[0].filters : nil)
  }

  /// - Parameters:
  ///   - below: from samples to what is trained on; nil is the samples themselves.
  ///   - code: from samples to this layer's code.
  ///   - round: from samples through all layers so far and back.
  private func stage(
    _ index: Int, _ objective: any Objective, _ evaluator: any Evaluator, below: SampleMap?,
    code: SampleMap, round: SampleMap, filters: Picture?
  ) -> Stage {
    Stage(
      name: plans[index].name,
      objective: EncodedObjective.wrapping(objective, on: below),
      evaluator: EncodedEvaluator.wrapping(evaluator, on: below),
      encoder: encoder(code), sampler: nil,
      pictures: { examples in
        let reconstructions = Picture(
          name: "reconstructions", title: "Test samples, through the layers so far and back",
          rows: [examples.samples, round(examples.samples)], labels: ["sample", "model"],
          values: .data)
        return [reconstructions] + (filters.map { [$0] } ?? [])
      })
  }

  /// The numbers of values between the layers, the sample's first.
  private var widths: [Int] {
    [context.shape.count]
      + options.encoder.compactMap {
        if case .dense(let width) = $0.kind { width } else { nil }
      }
  }

  private func prefix(_ index: Int) -> String { "pretraining/\(index + 1)/" }

  /// Where the numbers of a stage's first weights begin; a stage has fewer than that.
  private func number(of stage: Int) -> Int { 1000 * (stage + 1) }

  private func machine(_ index: Int) -> RestrictedBoltzmannMachine {
    RestrictedBoltzmannMachine(
      visible: widths[index], hidden: widths[index + 1],
      hiddenUnits: options.encoder[index].activation == .none ? .gaussian(.unit) : .bernoulli,
      prefix: prefix(index))
  }

  private func trainedMachine(_ index: Int) -> RestrictedBoltzmannMachine {
    let machine = self.machine(index)
    machine.parameters.flat.assign(context.earlier[index].flat)
    return machine
  }

  /// An autoencoder of one layer: as the whole one's, with a decoder that ends as the whole one's does at
  /// this place. Sparsity is the code's alone.
  private func layerModel(_ index: Int) throws -> Autoencoder {
    var layer = options
    layer.encoder = [options.encoder[index]]
    layer.sparsity = index == options.encoder.count - 1 ? options.sparsity : nil
    if index > 0 { layer.output = options.encoder[index - 1].activation }
    return try Autoencoder(
      layer, sample: [widths[index]], prefix: prefix(index), seed: context.seed,
      firstNumber: number(of: index))
  }

  private func trainedLayer(_ index: Int) throws -> Autoencoder {
    let model = try layerModel(index)
    model.parameters.flat.assign(context.earlier[index].flat)
    return model
  }
}
