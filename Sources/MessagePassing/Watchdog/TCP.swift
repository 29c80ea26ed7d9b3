import Foundation

/// The few calls of sockets that the watchdog's channel needs. Descriptors do not block and are closed on
/// `exec`.
enum TCP {
  private static let stream = Int32(SOCK_STREAM.rawValue)

  /// Listens on all interfaces, at a port of the system's choice (`bind(2)` with port 0): by IPv6 and IPv4,
  /// or by IPv4 alone. Nil where no socket can be had.
  static func listen() -> (socket: Int32, port: Int)? {
    for family in [AF_INET6, AF_INET] {
      let found = withAddress(nil, 0, family, AI_PASSIVE) { address -> (Int32, Int)? in
        guard let file = socket(family) else { return nil }
        var off: Int32 = 0
        if family == AF_INET6 {
          setsockopt(file, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
        }
        guard bind(file, address.ai_addr, address.ai_addrlen) == 0, Glibc.listen(file, 4096) == 0,
          let port = port(of: file)
        else {
          close(file)
          return nil
        }
        return (file, port)
      }
      if let found { return found }
    }
    return nil
  }

  /// What there is to accept.
  enum Call: Equatable {
    case caller(Int32)
    case nobody
    /// Somebody may wait, but there is no descriptor or memory for it.
    case full
  }

  /// Takes a caller, if one waits (`accept(2)`).
  static func accept(_ listener: Int32) -> Call {
    let file = Glibc.accept(listener, nil, nil)
    guard file >= 0 else {
      return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) ? .full : .nobody
    }
    prepare(file)
    return .caller(file)
  }

  /// Raises the number of descriptors that this process may have, as far as it may (`setrlimit(2)`,
  /// RLIMIT_NOFILE).
  static func makeRoom(forDescriptors count: Int) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = min(limit.rlim_max, limit.rlim_cur + rlim_t(count))
    _ = setrlimit(resource, &limit)
  }

  /// Calls an address; nil where nobody answers in time (`connect(2)`).
  static func connect(_ address: String, _ port: Int, timeout: Double) -> Int32? {
    let family = address.contains(":") ? AF_INET6 : AF_INET
    return withAddress(address, port, family, 0) { address in
      guard let file = socket(family) else { return nil }
      var error: Int32 = 0
      var size = socklen_t(4)
      if Glibc.connect(file, address.ai_addr, address.ai_addrlen) == 0 { return file }
      if errno == EINPROGRESS, wait(file, Int16(POLLOUT), timeout),
        getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size) == 0, error == 0
      {
        return file
      }
      close(file)
      return nil
    }
  }

  /// Waits until a descriptor is ready (`poll(2)`); false when the time is over.
  static func wait(_ file: Int32, _ events: Int16, _ timeout: Double) -> Bool {
    var poll = pollfd(fd: file, events: events, revents: 0)
    return Glibc.poll(&poll, 1, Int32(timeout * 1000)) > 0
  }

  /// The numeric addresses of all interfaces that are up, without those of the loopback and of one
  /// link (`getifaddrs(3)`).
  static func addresses() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [String] = []
    for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
      guard let entry = entry?.pointee, let address = entry.ifa_addr else { continue }
      let flags = Int32(bitPattern: entry.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0 else {
        continue
      }
      if let text = text(address), !text.hasPrefix("fe80"), !text.contains("%") {
        found.append(text)
      }
    }
    return found
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    let length: Int
    switch Int32(address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var name = [CChar](repeating: 0, count: 256)
    guard
      getnameinfo(address, socklen_t(length), &name, 256, nil, 0, NI_NUMERICHOST) == 0
    else { return nil }
    return MPIError.string(name)
  }

  private static func socket(_ family: Int32) -> Int32? {
    let file = Glibc.socket(family, stream, 0)
    guard file >= 0 else { return nil }
    prepare(file)
    return file
  }

  private static func prepare(_ file: Int32) {
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    _ = fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK)
    var on: Int32 = 1
    setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
  }

  private static func port(of file: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &length) }
    }
    guard code == 0 else { return nil }
    // The port stands at the same place in addresses of both families.
    return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
  }

  /// The address in numbers (`getaddrinfo(3)`): no name is looked up.
  private static func withAddress<T>(
    _ address: String?, _ port: Int, _ family: Int32, _ flags: Int32, _ body: (addrinfo) -> T?
  ) -> T? {
    var hints = addrinfo()
    hints.ai_family = family
    hints.ai_socktype = stream
    hints.ai_flags = flags | AI_NUMERICHOST | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, "\(port)", &hints, &list) == 0, let list else { return nil }
    defer { freeaddrinfo(list) }
    return body(list.pointee)
  }
}
