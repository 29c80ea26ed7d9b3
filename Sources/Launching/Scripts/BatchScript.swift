/// A script for a scheduler: its directives, then what all have in common, then its own way of
/// going on.
protocol BatchScript: Sendable {
  var plan: LaunchPlan { get }
  var job: BatchJob { get }
  /// The lines that the scheduler reads.
  func directives() throws -> [String]
  /// What to do before all else: the folder, the job's number, when it will be ended.
  var start: [String] { get }
  /// The shell's words for the number of the array's element, from 0.
  var task: String { get }
  /// The functions `is_wanted` and `requeue`.
  var requeueFunctions: String { get }
  /// The words that start the ranks.
  var launcher: [String] { get }
  /// Lines that complete `launcher` when the job runs.
  var launcherLines: [String] { get }
  /// How it is submitted, for the first comment.
  var submission: String { get }
}

extension BatchScript {
  var launcher: [String] { plan.remoteMpirun }

  /// The number of the element, where there is an array; the only value of a sweep is the first.
  private var element: String? {
    guard plan.command.sweep != nil else { return nil }
    return plan.isArray ? task : "0"
  }

  func written() throws -> String {
    try job.check()
    var script = ScriptText()
    script.add(plan.shebang)
    script.add(plan.title(submission))
    script.add(try directives())
    script.paragraph(try plan.moduleLines())
    script.paragraph("set -euo pipefail")
    script.add(start)
    script.paragraph(try plan.exportLines())
    script.paragraph(try plan.arrayLines(launcher: launcher, task: element))
    script.add(launcherLines)
    script.paragraph(try RequeueParts.settings(job, plan, task: element.map(unquoted)))
    if job.mayRequeue {
      script.paragraph(RequeueParts.bound)
      script.paragraph(requeueFunctions)
    }
    script.paragraph(RequeueParts.step)
    if job.mayRequeue {
      script.paragraph(RequeueParts.end)
      script.paragraph(RequeueParts.decision)
    } else {
      script.paragraph(RequeueParts.endWithoutRequeue)
    }
    return plan.quieted(script.text)
  }

  /// An assignment needs no quotes.
  private func unquoted(_ word: String) -> String { word.replacing("\"", with: "") }
}
