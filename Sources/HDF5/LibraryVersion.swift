import CHDF5

/// The HDF5 library that this process runs with.
public enum HDF5Library {
  /// Its version, such as `1.10.8` (`H5get_libversion`).
  public static var version: String {
    get throws {
      var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
      try HDF5Queue.sync {
        _ = try check(
          H5get_libversion(&major, &minor, &release), "cannot ask the HDF5 library for its version")
      }
      return "\(major).\(minor).\(release)"
    }
  }
}
