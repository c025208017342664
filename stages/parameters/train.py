"""The section `train` of params.yaml."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from stages.parameters.base import Section


def _range_or_word(value: Any) -> Any:
    numbers = value if isinstance(value, list) and all(type(part) in (int, float) for part in value) else ()
    if value == "prepared" or (len(numbers) == 2 and 0 <= numbers[0] <= numbers[1] <= 10):
        return value
    raise ValueError


def _number_or_word(value: Any) -> Any:
    if value == "all" or (type(value) is int and 1 <= value <= 1024):
        return value
    raise ValueError


class TrainParameters(Section):
    """Which network is trained, and how."""

    architecture: Literal["cae", "deep_cae", "vae", "unet", "dncnn"] = Field(
        description="one of cae, deep_cae, vae, unet and dncnn"
    )
    filters: int = Field(ge=1, le=4096, description="a whole number from 1 to 4096")
    depth: int = Field(ge=1, le=100, description="a whole number from 1 to 100")
    kl_weight: float = Field(ge=0, le=1000, description="a number from 0 to 1000")
    share: float = Field(gt=0, le=1, description="a number above 0, at most 1")
    noise: Literal["fixed", "fresh"] = Field(description="one of fixed and fresh")
    factors: Annotated[Any, AfterValidator(_range_or_word)] = Field(
        description="the word prepared, or a list of the lowest and the highest noise factor, from 0 to 10"
    )
    epochs: int = Field(ge=1, le=100_000, description="a whole number, at least 1, of passes over the training images")
    batch_size: int = Field(ge=1, le=65_536, description="a whole number, at least 1, of images a training step")
    loss: Literal["binary_crossentropy", "mean_squared_error", "mean_absolute_error", "ssim_mix"] = Field(
        description="one of binary_crossentropy, mean_squared_error, mean_absolute_error and ssim_mix"
    )
    optimizer: Literal["adam", "adamw", "muon"] = Field(description="one of adam, adamw and muon")
    weight_decay: float = Field(ge=0, le=1, description="a number from 0 to 1")
    learning_rate: float = Field(gt=0, le=1, description="a number above 0, at most 1")
    schedule: Literal["constant", "cosine", "one_cycle"] = Field(description="one of constant, cosine and one_cycle")
    warmup: float = Field(ge=0, lt=1, description="a number from 0, below 1")
    beta_2: float = Field(gt=0, lt=1, description="a number between 0 and 1")
    average: float = Field(ge=0, lt=1, description="a number from 0, below 1")
    patience: int = Field(ge=0, description="a whole number of epochs, 0 to train all of them")
    precision: Literal["float32", "mixed_bfloat16"] = Field(description="one of float32 and mixed_bfloat16")
    threads: Annotated[Any, AfterValidator(_number_or_word)] = Field(
        description="the word all, or a whole number from 1 to 1024"
    )
    seed: int = Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
