import Foundation

/// Becomes a process that runs a script.
public enum ShellProcess {
  /// Runs a script in the place of this process: signals and the exit code are its own (`execv`).
  /// - Throws: `LaunchError` when bash cannot be started.
  public static func become(running script: String) throws -> Never {
    let arguments = ["/bin/bash", "-c", script]
    var words = arguments.map { strdup($0) } + [nil]
    _ = execv("/bin/bash", &words)
    throw LaunchError("cannot start /bin/bash: \(String(cString: strerror(errno)))")
  }
}
