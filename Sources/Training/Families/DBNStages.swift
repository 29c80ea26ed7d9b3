import Autograd
import Datasets
import Layers
import Models
import Objectives
import Tensors

/// Builds the stages of a deep belief network's curriculum.
struct DBNStages {
  private let settings: DBNSettings
  private let context: StageContext

  init(_ settings: DBNSettings, _ context: StageContext) {
    (self.settings, self.context) = (settings, context)
  }

  // MARK: - Machines

  /// The stage that trains a machine on what those below make of the samples.
  func machine(_ index: Int) -> Stage {
    let machine = newMachine(index)
    machine.initialize(seed: context.seed, deviation: settings.deviation, round: index)
    let network = DeepBeliefNetwork(trainedMachines(index) + [machine])
    let training = ContrastiveDivergence(
      machine, options: settings.pretraining.machines[index].options, seed: context.seed,
      round: index, layout: context.layout)
    let draws = settings.upPass == .samples ? context.seed : nil
    let objective = EncodedObjective.wrapping(training, on: network.upPass(drawsFrom: draws))
    guard index == settings.hidden.count - 1 else {
      let evaluator = EncodedEvaluator.wrapping(
        RBMEvaluator(machine), on: network.upPass(drawsFrom: evaluationSeed))
      return stage(
        settings.pretraining.plans[index].name, network, objective, evaluator,
        // A machine that knows no classes yet cannot be asked for samples of one.
        samples: settings.classes == nil)
    }
    return stage(
      settings.pretraining.plans[index].name, network, objective, evaluator(network),
      samples: settings.labelClasses > 0 || settings.classes == nil)
  }

  private var widths: [Int] { [context.shape.count] + settings.hidden }

  private func newMachine(_ index: Int) -> RestrictedBoltzmannMachine {
    let isTop = index == settings.hidden.count - 1
    let classes = isTop ? settings.labelClasses : 0
    let below: UnitKind =
      index == 0 && settings.visible == .gaussian ? .gaussian(.unit) : .bernoulli
    return RestrictedBoltzmannMachine(
      visible: widths[index] + classes, hidden: widths[index + 1],
      visibleUnits: classes > 0 ? .labelled(classes: classes) : below,
      prefix: "pretraining/\(index + 1)/")
  }

  /// The machines of the first stages as they were left.
  private func trainedMachines(_ count: Int) -> [RestrictedBoltzmannMachine] {
    (0..<count).map { index in
      let machine = newMachine(index)
      machine.parameters.flat.assign(context.earlier[index].flat)
      return machine
    }
  }

  private func evaluator(_ network: DeepBeliefNetwork) -> DeepBeliefEvaluator {
    DeepBeliefEvaluator(network, drawsFrom: evaluationSeed)
  }

  /// What evaluations and codes draw from; nil where they take means.
  private var evaluationSeed: UInt64? {
    settings.evaluationUpPass == .samples ? context.seed : nil
  }

  // MARK: - The whole

  /// The last stage, that trains the whole by up-down learning.
  func upDown() -> Stage {
    let network = DeepBeliefNetwork(
      untying: DeepBeliefNetwork(trainedMachines(settings.hidden.count)))
    let objective = UpDown(network, gibbsSteps: settings.gibbsSteps, seed: context.seed)
    return stage(
      DBNSettings.FineTuning.upDown.rawValue, network, objective, evaluator(network), samples: true)
  }

  /// The last stage, that trains the unrolled network to classify.
  func classifier() throws -> Stage {
    let layers = settings.hidden.map { LayerDescription(.dense($0), activation: .sigmoid) }
    let encoder = try Sequential(name: "encoder", layers, input: [context.shape.count])
    let model = CodeClassifier(
      encoder, classes: settings.classes!, seed: context.seed, firstNumber: 1000)
    model.unroll(trainedMachines(settings.hidden.count))
    let codes = SampleMap(
      TapeFunction(model, width: model.sampleWidth) { [model.codes($0)] }, width: model.codeWidth)
    return Stage(
      name: DBNSettings.FineTuning.classify.rawValue,
      objective: TapeObjective(model, seed: context.seed),
      evaluator: CodeClassifierEvaluator(model),
      encoder: Stage.Encoder(width: codes.width) { samples, _ in codes(samples) },
      pictures: { _ in model.filters.map { [$0] } ?? [] })
  }

  private func stage(
    _ name: String, _ network: DeepBeliefNetwork, _ objective: any Objective,
    _ evaluator: any Evaluator, samples: Bool
  ) -> Stage {
    let pictures = DeepBeliefPictures(
      network, sweeps: samples ? settings.sampleSweeps : 0, seed: context.seed)
    let codes = network.codeMap(drawsFrom: evaluationSeed)
    let means = Stage.Encoder(width: codes.width) { rows, _ in codes(rows) }
    let drawn = means.drawing { rows, ids in
      codes(rows, draws: SampleMap.Draws(step: 0, ids: ids))
    }
    let sampler: Stage.Sampler = { request in
      let sampler = DeepBeliefSampler(
        network, chains: request.chains, labels: request.labels, seed: request.seed)
      if let start = request.start { sampler.start(at: start) }
      return sampler.run(steps: 0..<request.sweeps)
    }
    let completer: Stage.Completer = { request, isKnown in
      Completion(
        network, samples: request.start!, isKnown: isKnown, chains: request.chains,
        seed: request.seed
      ).run(sweeps: request.sweeps)
    }
    return Stage(
      name: name, objective: objective, evaluator: evaluator,
      encoder: evaluationSeed == nil ? means : drawn,
      sampler: samples ? sampler : nil, samplerStarts: samples,
      completer: samples && !network.layers.isEmpty ? completer : nil,
      sampleValues: settings.visible == .bernoulli ? .unit : .data,
      pictures: { pictures.pictures($0.samples) })
  }
}
