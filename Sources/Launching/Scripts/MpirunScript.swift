/// A script that starts ranks with `mpirun`, on this machine or on others.
public struct MpirunScript: Sendable {
  private let plan: LaunchPlan

  /// The script of a plan.
  public init(_ plan: LaunchPlan) {
    self.plan = plan
  }

  /// The script.
  /// - Throws: `LaunchError` for what no script can hold.
  public func text() throws -> String {
    var script = ScriptText()
    script.add(plan.shebang)
    script.add(plan.title("Paths are those of the folder that it is started from."))
    script.paragraph(try plan.moduleLines())
    script.paragraph("set -euo pipefail")
    script.paragraph(try plan.exportLines())
    var mpirun = plan.mpirun
    mpirun.exported = mpirun.flavor == .openMPI && isRemote ? plan.exportedNames : []
    script.paragraph(try plan.arrayLines(launcher: mpirun.words, task: nil))
    if mpirun.flavor == .openMPI && isRemote {
      script.add(RequeueParts.exportFromHere(named: plan.exportedNames))
    }
    script.paragraph(#"exec "${launcher[@]}" "${program[@]}" "${arguments[@]}""#)
    return plan.quieted(script.text)
  }

  /// Ranks on this machine have its environment.
  private var isRemote: Bool { !plan.mpirun.hosts.isEmpty || plan.mpirun.hostfile != nil }
}
