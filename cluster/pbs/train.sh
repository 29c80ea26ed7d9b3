#!/bin/bash
# Trains configs/quickstart.yaml on 4 ranks.
# Submit it with qsub, from the folder that its paths start from.
#PBS -S /bin/bash
#PBS -N quickstart
#PBS -l select=2:ncpus=2:mpiprocs=2
#PBS -l place=scatter
#PBS -l walltime=12:00:00
#PBS -r y
#PBS -j oe

set -euo pipefail
cd -- "$PBS_O_WORKDIR"
job=$PBS_JOBID

# When PBS will end this job, in seconds since 1970: before that the program stops by itself, with a checkpoint.
export SDT_DEADLINE=$(($(date +%s) + 43200))

export OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1

launcher=(mpirun -n 4 --map-by ppr:2:node --bind-to core -x OMP_NUM_THREADS -x OPENBLAS_NUM_THREADS)
program=(.build/release/swift-dist-train)
arguments=(train configs/quickstart.yaml --run-dir runs/quickstart)
launcher+=(--hostfile "$PBS_NODEFILE")
if [[ -n ${OPENBLAS_CORETYPE:-} ]]; then launcher+=(-x OPENBLAS_CORETYPE); fi
if [[ -n ${SDT_DEADLINE:-} ]]; then launcher+=(-x SDT_DEADLINE); fi

run_directory=runs/quickstart
stop_file=$run_directory/stopped
count_file=$run_directory/time-outs
signal_seconds=120
max_timeouts=10

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

# is_wanted: PBS sends SIGTERM to a job that it ends. It queues by itself what it preempts (-r y).
is_wanted() { [[ $received != TERM ]]; }

requeue() {
  qrerun "$job" || say "qrerun, which some sites keep to operators, does not requeue it: submit the job again to go on"
  exit 3
}

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

if ((status != 3)); then exit "$status"; fi

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
