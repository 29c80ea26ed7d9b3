#!/bin/bash
# Trains configs/quickstart.yaml on 4 ranks.
# Submit it with sbatch, from the folder that its paths start from.
#SBATCH --job-name=quickstart
#SBATCH --ntasks=4
#SBATCH --cpus-per-task=1
#SBATCH --no-requeue
#SBATCH --open-mode=append
#SBATCH --output=slurm-%x-%j.out

set -euo pipefail
job=$SLURM_JOB_ID

# When Slurm will end this job, in seconds since 1970: before that the program stops by itself, with a checkpoint.
unset SDT_DEADLINE
end=${SLURM_JOB_END_TIME:-}
if [[ -z $end ]]; then
  end=$(SLURM_TIME_FORMAT=standard squeue --noheader --jobs="$job" --format=%e) || end=
  if [[ $end == 20*-*-* ]]; then end=$(date --date="$end" +%s); fi
fi
if [[ $end =~ ^[1-9][0-9]+$ ]]; then export SDT_DEADLINE=$end; fi

export OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1

launcher=(srun --mpi=pmix --ntasks=4 --cpus-per-task=1 --kill-on-bad-exit=1 --cpu-bind=cores)
program=(.build/release/swift-dist-train)
arguments=(train configs/quickstart.yaml --run-dir runs/quickstart)

run_directory=runs/quickstart
stop_file=$run_directory/stopped

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

if ((status == 3)); then printf '%s\n' "stopped with a checkpoint; submit the job again to go on"; fi
exit "$status"
