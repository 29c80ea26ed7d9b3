import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import Tensors

/// The parameters of a restricted Boltzmann machine as arrays of the names that scikit-learn's
/// `BernoulliRBM` has for them: `components_` [hidden, visible], `intercept_hidden_` [hidden] and
/// `intercept_visible_` [visible]; and `log_variance_` [visible] where Gaussian units learn theirs.
struct MachineArrays {
  private static let names = [
    (array: "components_", parameter: "weights"),
    (array: "intercept_hidden_", parameter: "hidden_bias"),
    (array: "intercept_visible_", parameter: "visible_bias"),
    (array: "log_variance_", parameter: "log_variance"),
  ]

  private let arrays: NamedArrays

  /// Reads a file, `.npz` or HDF5.
  init(reading path: String) throws {
    arrays = try NamedArrays(reading: path)
  }

  /// Puts all arrays in their places.
  /// - Throws: `DatasetError`, where one is missing, of another shape, or not of finite numbers.
  func copy(into parameters: ParameterSet) throws {
    for (name, parameter) in Self.names {
      guard let slice = parameters.layout[parameter] else {
        guard arrays[name] == nil else {
          throw DatasetError(
            arrays.path,
            "\(name) is of Gaussian units, whose deviation the configuration's model does "
              + "not learn",
            advice: "set model.visible=gaussian and model.deviation=learned")
        }
        continue
      }
      guard let array = arrays[name] else {
        throw DatasetError(
          arrays.path, "there is no array \(name) of floating-point numbers",
          advice: "save components_, intercept_hidden_ and intercept_visible_, as in "
            + "numpy.savez('rbm.npz', components_=rbm.components_, …)")
      }
      guard array.shape == slice.shape else {
        throw DatasetError(
          arrays.path,
          "\(name) is \(array.shape), but the configuration's model has \(slice.shape)",
          advice: "components_ is [hidden, visible]: set model.hidden, and data of as many values")
      }
      guard array.values.allSatisfy(\.isFinite) else {
        throw DatasetError(
          arrays.path, "\(name) holds a number that is not finite", advice: "train it anew")
      }
      parameters[parameter].assign(Tensor(shape: array.shape, elements: array.values))
    }
  }

  /// Writes parameters, as a NumPy archive where the path ends so, else as HDF5.
  /// - Parameter isDouble: whether as 64-bit numbers.
  static func write(_ parameters: ParameterSet, to path: String, isDouble: Bool) throws {
    let all = names.compactMap { name, parameter in
      parameters.layout[parameter].map { (name, $0.shape, parameters[parameter].elements) }
    }
    guard path.hasSuffix(".npz") else {
      return try OutputFile.create(path) { file in
        for (name, shape, values) in all {
          if isDouble {
            try file.write("/" + name, shape: shape, values: values.map(Double.init))
          } else {
            try file.write("/" + name, shape: shape, values: values)
          }
        }
      }
    }
    var archive = NumPyArchive()
    for (name, shape, values) in all {
      if isDouble {
        archive.add(name, shape: shape, values: values.map(Double.init))
      } else {
        archive.add(name, shape: shape, values: values)
      }
    }
    try writeAtomically(archive.encoded(), to: path)
  }
}

extension TrainedModel {
  /// Writes the parameters of a restricted Boltzmann machine as arrays under scikit-learn's names.
  public func exportMachine(to path: String, isDouble: Bool) throws {
    guard checkpoint.family == RBMFamily.name else {
      throw UsageError(
        "export writes models of family rbm alone, and this one is of family \(checkpoint.family)")
    }
    try checkOutput(path)
    try MachineArrays.write(stage.objective.parameters, to: path, isDouble: isDouble)
  }
}

extension TrainingRun {
  /// Makes a run directory with one checkpoint, of step 0, whose machine has the parameters of a file;
  /// everything else is as at the start of a run. Nothing is written when the file does not fit.
  /// - Parameters:
  ///   - path: arrays under scikit-learn's names, `.npz` or HDF5.
  ///   - options: of the run that goes on from there.
  /// - Returns: the checkpoint's path.
  public static func importMachine(
    _ path: String, _ communicator: Communicator, _ options: TrainingOptions
  ) throws -> String {
    let arrays = try MachineArrays(reading: path)
    var options = options
    options.resume = .never
    let setup = try RunSetup(communicator, options)
    let family = type(of: setup.configuration.model).name
    guard family == RBMFamily.name else {
      throw UsageError(
        "import-rbm makes models of family rbm, and the configuration's is \(family)")
    }
    let folder = setup.directory.checkpoints.directory
    guard (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty ?? true else {
      throw UsageError("\(folder) holds checkpoints already; name another folder with --run-dir")
    }
    let stage = try setup.configuration.model.stage(0, setup.context(earlier: []))
    try arrays.copy(into: stage.objective.parameters)
    return try TrainingRun(communicator, options).begin { try arrays.copy(into: $0) }
  }

  /// Writes the checkpoint of step 0 with other parameters than those of a new run.
  private func begin(_ change: (ParameterSet) throws -> Void) throws -> String {
    try change(first.objective.parameters)
    try writeCheckpoint(try makeTrainer(first))
    // Whoever watches the folder sees a run that can go on, and none under way.
    reporter?.end("stopped", step: 0)
    reporter?.close(.success(.stopped))
    return setup.directory.checkpoints.path(step: 0)
  }
}
