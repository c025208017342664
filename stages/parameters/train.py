"""The section `train` of params.yaml: common settings, and those of an architecture, an optimizer or a schedule."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stages.parameters.section import BatchSize, NoiseFactor, NoSettings, NotDecreasing, Section, Seed

ErrorLoss = Literal["mean_squared_error", "mean_absolute_error", "ssim_mix"]
FactorRange = Annotated[list[NoiseFactor], Field(min_length=2, max_length=2), NotDecreasing]
Filters = Annotated[int, Field(ge=1, le=4096)]
Depth = Annotated[int, Field(ge=1, le=100)]


class SizeSettings(Section):
    """The size of a network."""

    filters: Filters = Field(
        description="filters of each convolution; `unet` has twice as many below half the resolution, `drunet` "
        "below the full one"
    )
    depth: Depth = Field(
        description="depth of the network; consecutive convolutions (`deep_cae`, `vae`), residual blocks per "
        "resolution (`unet`, `drunet`), or all convolutions (`dncnn`, at least 2)"
    )


class PatchSettings(Section):
    """The patches that are cut from images in every epoch."""

    patch_size: int = Field(
        ge=16, le=1024, multiple_of=8, description="side of a square patch in pixels; a multiple of 8"
    )
    patches_per_image: int = Field(ge=1, le=100_000, description="patches cut from each image in every epoch")


class VaeSettings(SizeSettings):
    """The size of a variational autoencoder, and its loss."""

    kl_weight: float = Field(
        ge=0,
        le=1000,
        description="weight of the Kullback-Leibler divergence in the loss; with binary cross-entropy, 1 is the "
        "evidence lower bound. The validation loss does not include it",
    )


class ResidualSettings(SizeSettings):
    """The size of a network that predicts the noise, and the losses for it."""

    loss: ErrorLoss = Field(description="loss; the output of a network that predicts the noise is not a probability")


class DncnnSettings(ResidualSettings):
    """The size of a DnCNN."""

    depth: int = Field(ge=2, le=100, description="convolutions, the first and the last included")


class WeightDecaySettings(Section):
    """What adamw and muon have and adam has not."""

    weight_decay: float = Field(ge=0, le=1, description="decay of the weights per step, relative to the learning rate")


class CosineSettings(Section):
    """The warm-up of a cosine schedule."""

    warmup_fraction: float = Field(ge=0, lt=1, description="fraction of the steps in which the learning rate rises")


class OneCycleSettings(Section):
    """The warm-up of a one-cycle schedule."""

    warmup_fraction: float = Field(
        ge=0, le=0.8, description="fraction of the steps in which the learning rate rises; at most 0.8 for one_cycle"
    )


class PerEpochSettings(Section):
    """The noise that is drawn again in every epoch."""

    noise_factor_range: Literal["prepared"] | FactorRange = Field(
        description="noise factors to train on; `prepared`, or a range such as `[0.1, 0.7]` from which the factor of "
        "each image is drawn. Validation uses the prepared factor"
    )


class TrainParameters(Section):
    """Which network is trained, and how."""

    settings_of: ClassVar = {
        "architecture": {
            "cae": NoSettings,
            "deep_cae": SizeSettings,
            "vae": VaeSettings,
            "unet": SizeSettings,
            "dncnn": DncnnSettings,
            "drunet": ResidualSettings,
        },
        "examples": {"images": NoSettings, "patches": PatchSettings},
        "optimizer": {"adam": NoSettings, "adamw": WeightDecaySettings, "muon": WeightDecaySettings},
        "lr_schedule": {"constant": NoSettings, "cosine": CosineSettings, "one_cycle": OneCycleSettings},
        "noise_sampling": {"stored": NoSettings, "per_epoch": PerEpochSettings},
    }

    architecture: Literal["cae", "deep_cae", "vae", "unet", "dncnn", "drunet"] = Field(
        description="network architecture; `cae` is the reference, `deep_cae` a deeper one, `vae` a variational "
        "autoencoder. `unet` has skip connections and residual blocks. `dncnn` and `drunet` predict the noise, which "
        "is subtracted: `dncnn` at full resolution, `drunet`, which is meant for photographs, at four resolutions"
    )
    train_fraction: float = Field(
        gt=0, le=1, description="fraction of the training images to train on; chosen by the seed"
    )
    examples: Literal["images", "patches"] = Field(
        description="what a training step learns from; `images`, all of one size, or `patches`, cut at random places "
        "from images of any size, flipped and turned at random. The model then takes images of any size"
    )
    noise_sampling: Literal["stored", "per_epoch"] = Field(
        description="noise to train on; `stored`: the prepared noise in every epoch, `per_epoch`: drawn again in "
        "every epoch"
    )
    epochs: int = Field(
        ge=1,
        le=100_000,
        description="passes over the training images; the epoch with the highest validation PSNR is saved",
    )
    batch_size: BatchSize = Field(description="images per training step")
    loss: Literal["binary_crossentropy", "mean_squared_error", "mean_absolute_error", "ssim_mix"] = Field(
        description="loss; `ssim_mix` is 0.84 (1 - SSIM) + 0.16 mean absolute error. `dncnn` and `drunet` need "
        "a loss other than `binary_crossentropy`"
    )
    optimizer: Literal["adam", "adamw", "muon"] = Field(
        description="optimizer; `muon` usually needs fewer steps than `adam`"
    )
    learning_rate: float = Field(gt=0, le=1, description="peak learning rate")
    lr_schedule: Literal["constant", "cosine", "one_cycle"] = Field(
        description="learning rate schedule; `cosine`: a linear warm-up, then a cosine decay to zero, `one_cycle`: a "
        "linear rise and a linear decay"
    )
    beta_2: float = Field(
        gt=0,
        lt=1,
        description="decay of the second moment of Adam; of the Adam part for `muon`. 0.99 suits short trainings",
    )
    ema_decay: float = Field(
        ge=0,
        lt=1,
        description="decay of the moving average of the weights; 0: no average. The average is measured and saved. "
        "0.999 is a usual value",
    )
    patience: int = Field(
        ge=0, description="stop after this many epochs without a higher validation PSNR; 0: train all epochs"
    )
    precision: Literal["float32", "mixed_bfloat16"] = Field(
        description="precision of the training; `mixed_bfloat16` is faster for a large `unet` or `drunet` on "
        "processors with AVX512-BF16, and slow on other processors. The saved model is float32"
    )
    seed: Seed = Field(description="seed of the initial weights, the order and the noise per epoch")
