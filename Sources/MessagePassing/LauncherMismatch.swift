/// A launcher that belongs to another MPI library than the program: one line.
public struct LauncherMismatch: Error, CustomStringConvertible, Sendable, Equatable {
  let launched: Int
  let found: Int

  /// What is wrong, and what to do.
  public var description: String {
    "the launcher started \(launched) processes, but the MPI library of this program sees \(found); use "
      + "the launcher of the library that the program was built with (under Slurm: srun --mpi=pmix)"
  }
}
