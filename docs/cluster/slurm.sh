#!/bin/sh
# Train on several nodes of a SLURM cluster, one worker on each: sbatch --nodes=2 docs/cluster/slurm.sh
# Submit it in the folder of the clone, which all nodes share, after `make setup` in it.
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive

set -e
. .venv/bin/activate

dvc repro prepare  # the workers wait for each other for ten minutes only

# Task 0 is the stage of the pipeline; the others take part in it.
[ "$(dvc status --json train)" = "{}" ] || srun --distribution=block --kill-on-bad-exit sh -c '
    TF_CONFIG=$(python -m tools.slurm) || exit
    export TF_CONFIG
    if [ "$SLURM_PROCID" = 0 ]; then exec dvc repro --force --single-item train; else exec python -m stages.train; fi
'

dvc repro  # what follows the training
