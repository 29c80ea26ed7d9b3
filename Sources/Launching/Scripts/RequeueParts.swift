/// The shell code of batch jobs: signals, and what follows a stop. The same for all schedulers; what differs
/// between them are the functions `is_wanted` and `requeue`, which each brings.
enum RequeueParts {
  /// Open MPI gives ranks on other hosts the variables that `-x` names, and complains of one that is not set.
  /// - Parameter named: those that it has been given already.
  static func exportFromHere(named: [String]) -> [String] {
    ["OPENBLAS_CORETYPE", "SDT_DEADLINE"].filter { !named.contains($0) }.map {
      "if [[ -n ${\($0):-} ]]; then launcher+=(-x \($0)); fi"
    }
  }

  /// Starts the ranks and waits for them. SIGUSR1 goes to `srun` or `mpirun`, and both pass it on.
  static let step = #"""
    # SIGUSR1 asks the ranks to finish the step, write a checkpoint and end with exit code 3. srun and mpirun pass it on.
    step=
    received=
    pass_on() {
      received=$1
      interrupted=yes
      if [[ -n $step ]]; then kill -USR1 "$step" 2>/dev/null || true; fi
    }
    trap 'pass_on USR1' USR1
    trap 'pass_on TERM' TERM

    "${launcher[@]}" "${program[@]}" "${arguments[@]}" &
    step=$!
    if [[ -n $received ]]; then pass_on "$received"; fi # it came before there was a step

    # A signal also ends 'wait', before the ranks have ended: wait again.
    until
      interrupted=no
      status=0
      wait "$step" || status=$?
      [[ $interrupted == no ]]
    do :; done

    # A signal that came before the program listened to it has ended it: there was nothing to save.
    if [[ -n $received ]] && ((status == 128 + $(kill -l USR1))); then status=3; fi
    """#

  /// Passes every exit code on but that of a stop with a checkpoint.
  static let end = #"""
    if ((status != 3)); then exit "$status"; fi
    """#

  /// Without requeues: says how to go on.
  static let endWithoutRequeue = #"""
    if ((status == 3)); then printf '%s\n' "stopped with a checkpoint; submit the job again to go on"; fi
    exit "$status"
    """#

  /// Whether the stop was the end of the job's time, and how often that may be.
  ///
  /// The count is of one submission: the file names the job, and another job counts afresh. A preemption neither
  /// counts nor sets the count back.
  static let bound = #"""
    say() { printf '%s\n' "$(date '+%Y-%m-%d %H:%M:%S') $*"; }

    # is_time_out: little of the job's time is left, or it is not known how much.
    is_time_out() { [[ -z ${SDT_DEADLINE:-} ]] || (($(date +%s) + signal_seconds + 120 >= SDT_DEADLINE)); }

    # count_time_out: counts in a file of this job; fails when it was requeued so often already. A preemption does not count.
    count_time_out() {
      local counted='' count=0
      if [[ -f $count_file ]]; then read -r counted count <"$count_file" || true; fi
      if [[ $counted != "$job" || ! $count =~ ^(0|[1-9][0-9]{0,6})$ ]]; then count=0; fi
      if ((count >= max_timeouts)); then return 1; fi
      mkdir -p "$run_directory" && printf '%s %s\n' "$job" $((count + 1)) >"$count_file"
    }
    """#

  /// What follows a stop with a checkpoint.
  static let decision = #"""
    if ! is_wanted; then
      say "stopped with a checkpoint; this job is being ended or requeued by others"
      exit 3
    fi
    if is_time_out; then
      if ! count_time_out; then
        say "stopped with a checkpoint; requeued $max_timeouts times at the end of its time: submit the job again to go on"
        exit 3
      fi
      say "stopped with a checkpoint at the end of its time: requeue"
    else
      say "stopped with a checkpoint before the end of its time, by a signal: requeue"
    fi
    requeue
    """#

  /// The settings that the functions above read.
  static func settings(_ job: BatchJob, _ plan: LaunchPlan, task: String?) throws -> [String] {
    let place = try ShellWord.assignment(
      "run_directory", TrainingCommand.path(plan.command.runDirectory))
    let file = task.map { "time-outs-\($0)" } ?? "time-outs"
    return [
      "signal_seconds=\(job.signalSeconds)",
      "max_timeouts=\(job.maxTimeouts)",
      place,
      "count_file=$run_directory/\(file)",
    ]
  }
}
