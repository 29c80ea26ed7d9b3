/// The parts that scripts of all kinds have.
extension LaunchPlan {
  /// The names of variables that ranks on other hosts get: those of the plan.
  var exportedNames: [String] {
    var names: [String] = []
    for variable in environment where !names.contains(variable.name) { names.append(variable.name) }
    return names
  }

  /// The words of `mpirun`, for ranks that may be on other hosts.
  var remoteMpirun: [String] {
    var mpirun = mpirun
    mpirun.exported = mpirun.flavor == .openMPI ? exportedNames : []
    return mpirun.words
  }

  /// What the first comment says.
  func title(_ made: String) -> [String] {
    let ranks = resources.layout.ranks == 1 ? "one rank" : "\(resources.layout.ranks) ranks"
    let what =
      command.sweep.map { "\($0.count) values of \($0.over.prefix { $0 != "=" }) of " } ?? ""
    return [
      "# Trains \(what)\(command.configuration) on \(ranks).",
      "# \(made)",
    ]
  }

  /// A login shell knows `module`.
  var shebang: String { modules.isEmpty ? "#!/bin/bash" : "#!/bin/bash -l" }

  /// Before `set -u`, which the functions of environment modules do not bear.
  func moduleLines() throws -> [String] {
    guard !modules.isEmpty else { return [] }
    return try modules.map { "module load \(try ShellWord.quoted($0)) || exit 1" }
  }

  /// Variables that all ranks get; the last of a name counts.
  func exportLines() throws -> [String] {
    try exportedNames.map { name in
      let value = environment.last { $0.name == name }!.value
      return "export \(try ShellWord.assignment(name, value))"
    }
  }

  /// What is run, as arrays of words.
  /// - Parameter task: the shell's words for the number of the array's element, from 0; nil
  ///   without an array.
  func arrayLines(launcher: [String], task: String?) throws -> [String] {
    var lines = [
      try ScriptText.array("launcher", launcher),
      try ScriptText.array("program", command.programWords),
      try ScriptText.array("arguments", command.argumentWords),
    ]
    if let task { lines.append("arguments+=(--task \(task))") }
    return lines
  }

  /// Whether a sweep becomes an array: one value is a job by itself.
  var isArray: Bool { (command.sweep?.count ?? 0) > 1 }

  /// Tells shellcheck, before the first command, that quoted words are meant as they stand. Only
  /// where it would ask.
  func quieted(_ text: String) -> String {
    let values = command.words + mpirun.words + environment.map(\.value)
    let signs = Set("$`~'\\".unicodeScalars)
    let isAsked = values.contains { $0.unicodeScalars.contains(where: signs.contains) }
    guard isAsked, let end = text.firstRange(of: "\n\n") else { return text }
    let line = "# shellcheck disable=SC1003,SC2016,SC2088  # what is quoted is meant as it stands\n"
    return text[..<end.lowerBound] + "\n\n" + line + text[end.upperBound...]
  }
}
