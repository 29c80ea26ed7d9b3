import Foundation

/// The file system that a path lies on.
public struct FileSystem: Codable, Sendable, Equatable {
  /// Such as `ext4` or `nfs4`.
  public var kind: String
  /// Bytes that this user may still write.
  public var free: Int
  /// Bytes in all.
  public var size: Int
  /// Files that may still be made; nil where there is no limit.
  public var freeFiles: Int?

  /// A file system.
  public init(kind: String, free: Int, size: Int, freeFiles: Int? = nil) {
    (self.kind, self.free, self.size, self.freeFiles) = (kind, free, size, freeFiles)
  }

  /// Looks at the file system below a path that exists; nil where there is none (`statvfs`, and
  /// /proc/self/mountinfo for its name).
  init?(of path: String) {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    kind = Self.kind(of: path)
    free = Int(clamping: status.f_bavail) * Int(status.f_frsize)
    size = Int(clamping: status.f_blocks) * Int(status.f_frsize)
    freeFiles = status.f_files == 0 ? nil : Int(clamping: status.f_favail)
  }

  /// Whether several hosts may see it.
  public var isShared: Bool {
    [
      "nfs", "lustre", "gpfs", "beegfs", "cifs", "smb", "ceph", "afs", "orangefs", "9p", "fuse",
      "glusterfs",
    ]
    .contains { kind.hasPrefix($0) }
  }

  /// Whether it is gone after the machine has been switched off.
  public var isInMemory: Bool { ["tmpfs", "ramfs"].contains(kind) }

  /// The name of the file system that is mounted nearest above a path; source: proc_pid_mountinfo(5).
  private static func kind(of path: String) -> String {
    let real = realpath(path, nil)
    defer { Foundation.free(real) }
    let place = real.map { String(cString: $0) } ?? path
    var nearest = (point: "", kind: "unknown")
    for line in text(of: "/proc/self/mountinfo").split(separator: "\n") {
      let halves = line.components(separatedBy: " - ")
      let fields = halves[0].split(separator: " ")
      guard halves.count > 1, fields.count > 4 else { continue }
      // A blank in a path is written as \040.
      let point = fields[4].replacing("\\040", with: " ")
      let below = point == "/" ? place : place == point ? "/" : String(place.dropFirst(point.count))
      guard place.hasPrefix(point), below.hasPrefix("/"), point.count >= nearest.point.count
      else { continue }
      nearest = (String(point), String(halves[1].prefix { $0 != " " }))
    }
    return nearest.kind
  }
}
