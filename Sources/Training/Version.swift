/// The version of the program, written into checkpoints.
public let programVersion = "0.1.0"
