#!/bin/sh
# Train on several nodes of a SLURM cluster, one worker on each: sbatch --nodes=2 docs/cluster/slurm.sh
# Submit it in the folder of the clone, which all nodes share, after `make setup` and `dvc repro prepare` in it.
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive

. .venv/bin/activate

# Task 0 runs the pipeline; the others take part in its training.
srun --distribution=block --kill-on-bad-exit sh -c '
    TF_CONFIG=$(python -m tools.slurm) || exit
    export TF_CONFIG
    if [ "$SLURM_PROCID" = 0 ]; then exec dvc repro; else exec python -m stages.train; fi
'
