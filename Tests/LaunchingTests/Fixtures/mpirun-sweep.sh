#!/bin/bash
# Trains 4 values of model.hidden of configs/grbm-fashion-mnist.yaml on 4 ranks.
# Paths are those of the folder that it is started from.

set -euo pipefail

export OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1

launcher=(mpirun -n 4 --bind-to core)
program=(.build/release/swift-dist-train)
arguments=(
  sweep configs/grbm-fashion-mnist.yaml
  --over 'model.hidden=10,50,100,250'
  --run-dir runs/grbm-fashion-mnist
)

exec "${launcher[@]}" "${program[@]}" "${arguments[@]}"
