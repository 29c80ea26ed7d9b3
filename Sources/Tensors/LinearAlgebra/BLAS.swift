import COpenBLAS

/// How OpenBLAS runs in this process.
public enum BLAS {
  /// Sets the number of threads of every following call (`openblas_set_num_threads`).
  public static func setThreads(_ count: Int) {
    openblas_set_num_threads(Int32(count))
  }

  /// The number of threads a call uses (`openblas_get_num_threads`).
  public static var threads: Int { Int(openblas_get_num_threads()) }

  /// Whether several threads of this process may call at once, as here they are all of one setting: a library
  /// built with threads of its own (pthreads, `openblas_get_parallel`). A serial build shares its memory between callers
  /// without locks, and one with OpenMP has a number of threads for every thread that calls, of which `setThreads` sets one.
  public static var allowsSeveralCallers: Bool { openblas_get_parallel() == OPENBLAS_THREAD }

  /// The kernels the library chose for this CPU, such as `Haswell` or `SkylakeX`
  /// (`openblas_get_corename`). Bits are equal on equal core types only.
  public static var coreType: String { String(cString: openblas_get_corename()) }

  /// The library's version and build options (`openblas_get_config`).
  public static var configuration: String { String(cString: openblas_get_config()) }
}
