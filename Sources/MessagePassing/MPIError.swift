import CMPI

/// A call of the MPI library that failed.
public struct MPIError: Error, CustomStringConvertible, Sendable {
  /// The call, such as `MPI_Waitall`.
  public let call: String
  /// The library's own words (`MPI_Error_string`).
  public let reason: String

  /// One line: call and reason.
  public var description: String {
    "communication failed: \(call): \(reason); a rank or its network may be gone, see the other ranks' messages"
  }

  /// Throws when an MPI function returned anything but MPI_SUCCESS.
  static func check(_ code: Int32, _ call: String) throws(MPIError) {
    guard code != MPI_SUCCESS else { return }
    var text = [CChar](repeating: 0, count: 1024)
    _ = sdt_mpi_error_string(code, &text)
    throw MPIError(call: call, reason: string(text))
  }

  static func string(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
