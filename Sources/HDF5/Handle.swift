import CHDF5

/// The only owner of one HDF5 identifier: a file, dataset, space, type, attribute or property list.
///
/// Predefined types of the library must be copied first: an owner closes what it owns.
struct Handle: ~Copyable {
  let id: hid_t

  /// Owns `id`, or throws with `message` and the library's stack when `id` says that a call failed.
  init(_ id: hid_t, _ message: @autoclosure () -> String) throws {
    self.id = try check(id, message())
  }

  /// Closes whatever kind of object this is. `H5Idec_ref`
  ///
  /// Nobody can hear an error here; who must know calls the closing function of the kind first.
  deinit {
    let id = id
    HDF5Queue.sync { _ = H5Idec_ref(id) }
  }
}
