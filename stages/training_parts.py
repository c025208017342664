"""Builds what the parameters of a training describe: loader, validation images and trainer."""

from denoising.backend import keras
from denoising.backend.distribution import Strategy, sums_over_workers
from denoising.backend.schedules import SCHEDULES
from denoising.cluster.members import Cluster
from denoising.io.baseline_results import evenly_spaced
from denoising.io.center_crops import MULTIPLE, center_crops
from denoising.io.splits import SPLIT_NAMES, Split, open_clean_split, read_dataset_info
from denoising.models.registry import build_model, build_training_model
from denoising.noise.on_the_fly import OnTheFlyNoise
from denoising.training.loader import Loader, TrainingLoader, choose_subset, require_one_size
from denoising.training.losses import training_loss
from denoising.training.optimizers import build_optimizer
from denoising.training.patches import PatchLoader, require_patches
from denoising.training.trainer import Trainer
from denoising.training.validation import make_validation_function
from stages.parameters.train import TrainParameters
from stages.paths import PREPARED

VALIDATION_CROPS, VALIDATION_SIZE = 100, 256  # how many of images of different sizes, and their sides in pixels


def make_loader(parameters: TrainParameters, train: Split, cluster: Cluster) -> Loader:
    """Return the loader of this worker's share of the chosen training images, with stored or on-the-fly noise."""
    noise = None
    if parameters.noise_sampling == "per_epoch":
        prepared = read_dataset_info(PREPARED)
        factor_range = parameters.settings("noise_sampling")["noise_factor_range"]
        low, high = [prepared.noise_factor or 0.0] * 2 if factor_range == "prepared" else factor_range
        noise = OnTheFlyNoise(prepared.noise_kind, (low, high), prepared.noise_clip, parameters.seed)
    indices = choose_subset(len(train), fraction=parameters.train_fraction, seed=parameters.seed)
    common = (train, indices, noise, parameters.batch_size, parameters.seed)
    if parameters.examples == "images":
        require_one_size([open_clean_split(PREPARED, name) for name in SPLIT_NAMES])
        return TrainingLoader(*common, cluster=cluster)
    patches = parameters.settings("examples")
    require_patches(train, patches["patch_size"])
    return PatchLoader(*common, **patches, cluster=cluster)


def validation_images(parameters: TrainParameters, validation: Split) -> Split:
    """Return the validation images that are measured in every epoch: all of one size, or crops of different ones."""
    if parameters.examples == "images":
        return validation
    some = evenly_spaced(len(validation), count=VALIDATION_CROPS)
    return center_crops(validation, some, size=VALIDATION_SIZE, multiple=MULTIPLE)


def make_trainer(
    parameters: TrainParameters, loader: Loader, validation: Split, strategy: Strategy, cluster: Cluster
) -> Trainer:
    """Return the trainer of the denoiser that the parameters describe."""
    size = parameters.settings("architecture")
    loss = training_loss(parameters.loss, kl_weight=size.pop("kl_weight", 0.0))
    shape = validation.image_shape if parameters.examples == "images" else (None, None, validation.image_shape[-1])
    denoiser = build_model(parameters.architecture, shape, **size)
    sums = sums_over_workers(strategy, cluster)
    validate = make_validation_function(denoiser, validation, loss=parameters.loss, cluster=cluster, sums=sums)
    steps = parameters.epochs * -(-len(loader) // parameters.batch_size)
    with strategy.scope():
        model = build_training_model(parameters.architecture, shape, **size, precision=parameters.precision)
        optimizer = build_optimizer(
            parameters.optimizer,
            SCHEDULES[parameters.lr_schedule](
                parameters.learning_rate, steps=steps, **parameters.settings("lr_schedule")
            ),
            beta_2=parameters.beta_2,
            ema_decay=parameters.ema_decay,
            **parameters.settings("optimizer"),
        )
        return Trainer(
            model,
            denoiser,
            optimizer=optimizer,
            loss=loss,
            loader=loader,
            validate=validate,
            cluster=cluster,
            sums=sums,
        )


def of_one_size(parameters: TrainParameters, denoiser: keras.Model) -> keras.Model:
    """Return the denoiser, or, where it takes images of any size, one like it for a patch."""
    if parameters.examples == "images":
        return denoiser
    side = parameters.settings("examples")["patch_size"]
    size = {name: of for name, of in parameters.settings("architecture").items() if name != "kl_weight"}
    return build_model(parameters.architecture, (side, side, denoiser.input_shape[-1]), **size)
