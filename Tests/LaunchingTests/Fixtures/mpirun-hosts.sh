#!/bin/bash
# Trains configs/quickstart.yaml on 4 ranks.
# Paths are those of the folder that it is started from.

set -euo pipefail

export OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1
export OPENBLAS_CORETYPE=Haswell

launcher=(
  mpirun
  -n 4
  --bind-to core
  --host 'a:2,b:2'
  -x OMP_NUM_THREADS
  -x OPENBLAS_NUM_THREADS
  -x OPENBLAS_CORETYPE
  --mca btl 'tcp,self'
)
program=(.build/release/swift-dist-train)
arguments=(train configs/quickstart.yaml --run-dir runs/quickstart)
if [[ -n ${SDT_DEADLINE:-} ]]; then launcher+=(-x SDT_DEADLINE); fi

exec "${launcher[@]}" "${program[@]}" "${arguments[@]}"
