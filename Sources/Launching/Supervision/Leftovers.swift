import Foundation

/// The processes of an attempt: all carry its mark in their environment, so that those that outlive their
/// launcher are found, and no others.
struct Leftovers {
  /// The variable that holds the mark.
  static let variable = "SDT_ATTEMPT"

  /// The mark of this attempt.
  let mark = UUID().uuidString

  /// A line of shell that kills what carries the mark on the host where it runs. Containers and emulated hosts
  /// may show each other's processes: only those of the same network are the host's own.
  var killing: String {
    """
    here=$(readlink /proc/self/ns/net); \
    for f in $(grep -lzx '\(Self.variable)=\(mark)' /proc/[0-9]*/environ 2>/dev/null); do \
    d=${f%/environ}; [ "$(readlink $d/ns/net)" = "$here" ] && kill -KILL ${d#/proc/}; done; true
    """
  }
}
