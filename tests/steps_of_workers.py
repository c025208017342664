"""Takes six training steps with every network and optimizer, as one of several workers or alone.

    python tests/steps_of_workers.py RESULT.npz

It runs in the folder of a pipeline whose images, of one size, are prepared. Worker 0 writes the outputs for those of
validation before the first step, after it, and after the sixth, (3, N, H, W, C).
"""

import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.backend.determinism import seed_everything, set_threads
from denoising.backend.distribution import Strategy, choose_strategy
from denoising.cluster.members import TF_CONFIG, Cluster, read_cluster
from denoising.noise.prepared import open_split
from stages.parameters.train import TrainParameters
from stages.paths import PREPARED
from stages.training_parts import make_loader, make_trainer, validation_images

STEPS = 6
BATCH = 9  # images, which two workers cannot share evenly
COMMON = {
    "examples": "images",
    "noise_sampling": "per_epoch",
    "noise_factor_range": [0.2, 0.6],
    "epochs": STEPS,
    "batch_size": BATCH,
    "loss": "mean_squared_error",
    "optimizer": "adam",
    "learning_rate": 0.01,
    "lr_schedule": "cosine",
    "warmup_fraction": 0.2,
    "beta_2": 0.99,
    "ema_decay": 0.5,
    "patience": 0,
    "precision": "float32",
    "seed": 1,
}
SMALL = {"filters": 4, "depth": 2}
PATCHES = {"examples": "patches", "patch_size": 16, "patches_per_image": 1}
VAE = {"architecture": "vae", **SMALL, "kl_weight": 0.01}
SETTINGS: dict[str, dict[str, Any]] = {
    "cae": {"architecture": "cae"},
    "deep_cae": {"architecture": "deep_cae", **SMALL, "loss": "binary_crossentropy"},
    "dncnn": {"architecture": "dncnn", **SMALL, "loss": "mean_absolute_error"},
    "unet, adamw": {"architecture": "unet", **SMALL, "optimizer": "adamw", "weight_decay": 0.1},
    "drunet, muon, patches": {
        "architecture": "drunet",
        **SMALL,
        **PATCHES,
        "optimizer": "muon",
        "weight_decay": 0.1,
        "loss": "ssim_mix",
    },
    "vae": VAE,
    "vae again": VAE,  # its workers draw the same numbers each time
}


def main() -> None:
    cluster = read_cluster(os.environ.pop(TF_CONFIG, ""))
    set_threads(1)
    strategy = choose_strategy(cluster)
    outputs = {name: outputs_of(settings, strategy, cluster) for name, settings in SETTINGS.items()}
    if cluster.leads:
        np.savez(sys.argv[1], **outputs)  # type: ignore[arg-type]


def outputs_of(settings: dict[str, Any], strategy: Strategy, cluster: Cluster) -> NDArray[np.float32]:
    train, validation = (open_split(PREPARED, name) for name in ("train", "validation"))
    fraction = BATCH / len(train)  # a step in each epoch
    parameters = TrainParameters.read({**COMMON, "train_fraction": fraction, **settings})
    seed_everything(parameters.seed)
    loader = make_loader(parameters, train, cluster)
    measured = validation_images(parameters, validation)
    trainer = make_trainer(parameters, loader, measured, strategy, cluster)
    noisy = np.stack([validation.noisy[index] for index in range(len(validation))])
    outputs = [np.array(trainer.denoiser(noisy))]
    for epoch in range(1, STEPS + 1):
        trainer.train_epoch(epoch, lambda count: None)
        if epoch in (1, STEPS):
            outputs.append(np.array(trainer.denoiser(noisy)))
    return np.stack(outputs)


if __name__ == "__main__":
    main()
