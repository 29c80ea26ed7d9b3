import ArgumentParser

/// `launch`: writes and starts scripts.
struct LaunchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Write the script that trains a configuration on many ranks, and start or submit it.",
    discussion: """
      swift-dist-train launch mpirun configs/rbm-mnist.yaml --ranks 2 --run
      swift-dist-train launch slurm configs/rbm-mnist.yaml --ranks 2 --time 1:00:00 --output job.sh
      swift-dist-train launch slurm configs/grbm-fashion-mnist.yaml --ranks 2 --submit \\
        --sweep model.hidden=10,50,100,250

      Without --output, --run or --submit the script goes to standard output. Paths in it are those of the folder \
      that it is started or submitted from. What follows -- goes to train as it is: -- --epochs 5.
      """,
    subcommands: [
      LaunchMpirunCommand.self, LaunchSlurmCommand.self, LaunchPBSCommand.self,
      LaunchLSFCommand.self,
    ])
}
