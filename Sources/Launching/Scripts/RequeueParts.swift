/// The shell code of batch jobs: signals, and what follows a stop. The same for all schedulers;
/// what differs between them are the functions `is_wanted` and `requeue`, which each brings.
enum RequeueParts {
  /// Open MPI gives ranks on other hosts the variables that `-x` names, and complains of one that
  /// is not set.
  /// - Parameter named: those that it has been given already.
  static func exportFromHere(named: [String]) -> [String] {
    ["OPENBLAS_CORETYPE", "SDT_DEADLINE"].filter { !named.contains($0) }.map {
      "if [[ -n ${\($0):-} ]]; then launcher+=(-x \($0)); fi"
    }
  }

  /// Starts the ranks and waits for them. SIGUSR1 goes to `srun` or `mpirun`, and both pass it on.
  ///
  /// `srun --kill-on-bad-exit` (without which ranks wait for one that has died) ends the step as
  /// soon as one rank has ended with exit code 3, and gives the highest code: 137 where another
  /// rank, which had stopped as well, was still ending. The program's own word, in `stop_file`,
  /// tells that from a failure.
  static let step = #"""
    # Before the program ends with exit code 3 it writes why into this file. One of an earlier run says nothing.
    rm -f "$stop_file"

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
    step=

    # All ranks have stopped, with a checkpoint, but some were killed while they were ending: srun does so.
    stopped=
    if [[ -f $stop_file ]]; then read -r stopped <"$stop_file" || true; fi
    if [[ -n $stopped ]] && ((status == 137 || status == 143)); then status=3; fi

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
  /// The count is of one submission: the file names the job, and another job counts afresh. A
  /// preemption neither counts nor sets the count back.
  static let bound = #"""
    say() { printf '%s\n' "$(date '+%Y-%m-%d %H:%M:%S') $*"; }

    # is_time_out: the program says that it looked at the clock, or little of the job's time is left, or it is not known how much.
    is_time_out() {
      [[ $stopped == time || -z ${SDT_DEADLINE:-} ]] || (($(date +%s) + signal_seconds + 120 >= SDT_DEADLINE))
    }

    # time_outs: how often this job was requeued at the end of its time, as a file says. Preemptions do not count.
    time_outs() {
      local counted='' count=0
      if [[ -f $count_file ]]; then read -r counted count <"$count_file" || true; fi
      if [[ $counted != "$job" || ! $count =~ ^(0|[1-9][0-9]{0,6})$ ]]; then count=0; fi
      printf '%s\n' "$count"
    }

    # count_time_outs NUMBER: writes it.
    count_time_outs() { mkdir -p "$run_directory" && printf '%s %s\n' "$job" "$1" >"$count_file"; }
    """#

  /// What follows a stop with a checkpoint.
  static let decision = #"""
    if ! is_wanted; then
      say "stopped with a checkpoint; this job is being ended or requeued by others"
      exit 3
    fi
    if is_time_out; then
      count=$(time_outs)
      if ((count >= max_timeouts)); then
        say "stopped with a checkpoint; requeued $count times at the end of its time: submit the job again to go on"
        exit 3
      fi
      if ! count_time_outs $((count + 1)); then
        say "stopped with a checkpoint; not requeued, since $count_file cannot be written: mend that, and submit the job again"
        exit 3
      fi
      say "stopped with a checkpoint at the end of its time: requeue"
    else
      say "stopped with a checkpoint before the end of its time, by a signal: requeue"
    fi
    requeue
    """#

  /// The settings that the code above reads. Elements of an array have files of their own.
  static func settings(_ job: BatchJob, _ plan: LaunchPlan, task: String?) throws -> [String] {
    let place = try ShellWord.assignment(
      "run_directory", TrainingCommand.path(plan.command.runDirectory))
    let element = task.map { "-\($0)" } ?? ""
    let always = [place, "stop_file=$run_directory/stopped\(element)"]
    guard job.mayRequeue else { return always }
    return always + [
      "count_file=$run_directory/time-outs\(element)",
      "signal_seconds=\(job.signalSeconds)",
      "max_timeouts=\(job.maxTimeouts)",
    ]
  }
}
