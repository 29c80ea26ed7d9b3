import Foundation
import MessagePassing

/// Tests of messages and sums that need several processes: run it under a launcher. It prints one
/// line when all is correct, and ends all ranks when something is not.
@main
struct SelfTest {
  static func main() throws {
    let communicator = try Communicator.world(LauncherEnvironment())
    do {
      try CollectiveChecks(communicator).run()
      try ReducerChecks(communicator).run()
      try ReplicaChecks(communicator).run()
      try communicator.barrier()
      if communicator.rank == 0 {
        print("all correct on \(communicator.size) rank\(communicator.size == 1 ? "" : "s")")
      }
      try communicator.finalize()
    } catch {
      FileHandle.standardError.write(Data("error: rank \(communicator.rank): \(error)\n".utf8))
      communicator.abort(code: 1)
    }
  }
}

/// What was found wrong.
struct Wrong: Error, CustomStringConvertible {
  let description: String
}

/// Throws when a condition does not hold.
func check(_ condition: Bool, _ what: @autoclosure () -> String) throws {
  if !condition { throw Wrong(description: what()) }
}
