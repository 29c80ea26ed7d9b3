import DataParallel
import MessagePassing
import Tensors

/// The comparison of what all ranks hold alike, with one rank perturbed, or several.
struct ReplicaChecks {
  private let communicator: Communicator

  init(_ communicator: Communicator) { self.communicator = communicator }

  func run() throws {
    let names = ["weights", "biases", "chains"]
    let arrays = [1000, 1, 33].map { Tensor(shape: [$0], elements: (0..<$0).map { Float($0) }) }
    let replicas = try ReplicaCheck(
      Array(zip(names, arrays)).map { (name: $0.0, values: $0.1) }, communicator: communicator)
    try check(replicas.run() == nil, "equal arrays")
    for (index, name) in names.enumerated() {
      for rank in 0..<communicator.size {
        try perturb([rank], arrays[index], name, replicas)
      }
    }
    // No content is held by most.
    try perturb(Array(0..<communicator.size), arrays[0], names[0], replicas)
    try check(replicas.run() == nil, "arrays that are equal again")
  }

  /// Each of some ranks changes one bit, each another one.
  private func perturb(
    _ ranks: [Int], _ array: Tensor, _ name: String, _ replicas: ReplicaCheck
  ) throws {
    let place = array.count / 2
    let whole = array.pointer[place]
    if ranks.contains(communicator.rank) {
      array.pointer[place] = Float(bitPattern: whole.bitPattern ^ 1 << UInt32(communicator.rank))
    }
    defer { array.pointer[place] = whole }
    let found = try replicas.run()
    let size = communicator.size
    guard size > 1 else { return try check(found == nil, "one rank has nobody to differ from") }
    let isMinority = 2 * ranks.count < size
    let right = isMinority ? ranks : Array(0..<size)
    try check(
      found?.name == name && found?.ranks == right,
      "\(name) of ranks \(ranks) differs, but found was \(String(describing: found))")
  }
}
