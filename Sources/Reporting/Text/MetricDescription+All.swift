extension MetricDescription {
  /// All metrics that are known by name.
  public static let all = errors + likelihoods + bounds + activities + speeds

  private static let squared = "squared distance"

  private static let errors = [
    MetricDescription(
      "loss", "", .lower, "What is trained, with its penalties, without corruption and dropout"),
    MetricDescription(
      "loss_gap", "", .none, "loss of test less that of training samples; large when overfitted"),
    MetricDescription(
      "reconstruction_error", squared, .lower,
      "Squared distance of a sample and its reconstruction, summed over dimensions"),
    MetricDescription(
      "reconstruction_error_per_pixel", squared, .lower,
      "reconstruction_error divided by the number of dimensions"),
    MetricDescription(
      "squared_error", squared, .lower, "Σ(x − x̂)², summed over dimensions"),
    MetricDescription("error", "%", .lower, "Samples whose likeliest class is another"),
    MetricDescription(
      "error_rate", "%", .lower, "Samples whose label is not the one of least free energy"),
    MetricDescription("train_error_rate", "%", .lower, "error_rate of as many training samples"),
    MetricDescription(
      "cross_entropy", "nats", .lower, "−log p, summed over dimensions or of the class"),
    MetricDescription(
      "cross_entropy_gap", "nats", .none, "cross_entropy of test less that of training samples"),
    MetricDescription("label_cross_entropy", "nats", .lower, "−log p(label ∣ penultimate layer)"),
    MetricDescription("contraction", "", .none, "λ‖∂h/∂x‖², the contractive penalty"),
    MetricDescription(
      "unit_scale_error", squared, .lower,
      "reconstruction_error back in the scale of the file, with bytes from 0 to 1"),
    MetricDescription(
      "gradient_norm", "", .none, "Euclidean norm of the gradient over all samples"),
  ]

  private static let likelihoods = [
    MetricDescription(
      "free_energy", "nats", .none,
      "F(x), where log p(x) = −F(x) − log Z; comparable inside one model"),
    MetricDescription(
      "free_energy_gap", "nats", .none,
      "free_energy of training less that of test samples; it keeps falling when a model overfits"),
    MetricDescription("log_likelihood", "nats", .higher, "log p(x), exact or by annealing"),
    MetricDescription(
      "log_likelihood_gap", "nats", .none, "log_likelihood of training less that of test samples"),
    MetricDescription(
      "log_likelihood_reverse", "nats", .higher,
      "log p(x) by annealing backwards: too low on average"),
    MetricDescription("pseudo_log_likelihood", "nats", .higher, "Σᵢ log p(xᵢ ∣ all other x)"),
    MetricDescription(
      "clamped_pseudo_log_likelihood", "nats", .higher,
      "Σᵢ log p(xᵢ ∣ all other x, h), with h inferred from the whole of x"),
    MetricDescription("log_partition", "nats", .none, "log Z, exact or by annealing"),
    MetricDescription("log_partition_error", "nats", .none, "Standard error of log_partition"),
    MetricDescription("log_partition_reverse", "nats", .none, "log Z by annealing backwards"),
    MetricDescription(
      "log_partition_reverse_error", "nats", .none, "Standard error of log_partition_reverse"),
  ]

  private static let bounds = [
    MetricDescription(
      "negative_elbo", "nats", .lower, "The bound on −log p(x): reconstruction plus divergence"),
    MetricDescription("reconstruction", "nats", .lower, "−log p(x ∣ z), summed over dimensions"),
    MetricDescription(
      "divergence", "nats", .none, "KL(q(z ∣ x) ‖ p(z)), summed over latent variables"),
    MetricDescription(
      "negative_importance_bound", "nats", .lower, "The bound of several importance samples"),
    MetricDescription(
      "negative_log_likelihood", "nats", .lower, "−log p(x) by importance sampling"),
    MetricDescription(
      "elbo_gap", "nats", .none, "negative_elbo of test less that of training samples"),
    MetricDescription(
      "active_units", "units", .none, "Latent variables whose mean varies over the test set"),
  ]

  private static let activities = [
    MetricDescription(
      "mean_activation", "share", .none, "Mean of the hidden units over test samples"),
    MetricDescription("mean_activity", "", .none, "Mean of ∣h∣ over samples and units"),
    MetricDescription("dead_units", "share", .none, "Hidden units with a mean below 0.01"),
    MetricDescription("saturated_units", "share", .none, "Hidden units with a mean above 0.99"),
    MetricDescription(
      "swap_rate", "share", .none, "Exchanges between neighbouring temperatures that were taken"),
    MetricDescription(
      "swap_rate_min", "share", .none, "swap_rate of the pair of temperatures with the least"),
  ]

  private static let speeds = [
    MetricDescription(
      "samples_per_second", "samples/s", .none,
      "Training samples a second, over all ranks; evaluations and checkpoints left out")
  ]
}
