#!/bin/bash
# Trains configs/quickstart.yaml on 4 ranks.
# Paths are those of the folder that it is started from.

set -euo pipefail

export OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1

launcher=(mpirun -n 4 --bind-to core)
program=(.build/release/swift-dist-train)
arguments=(train configs/quickstart.yaml --run-dir runs/quickstart)

exec "${launcher[@]}" "${program[@]}" "${arguments[@]}"
