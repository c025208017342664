"""The section `prepare` of params.yaml."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stages.parameters.section import NoiseFactor, NoSettings, OpenFraction, Section, Seed

FILE_SOURCES = ("folder", "bsds500", "photographs")  # of image files, which may differ in size

Folder = Annotated[str, Field(min_length=1, pattern="^[^~]")]  # DVC and Python know no home folder
White = Annotated[float, Field(gt=0)]


class AddedNoiseSettings(Section):
    """The strength of noise that is added."""

    factor: NoiseFactor = Field(
        description="standard deviation, on images from 0 to 1; for speckle and Poisson noise that of a white pixel, "
        "for salt and pepper the fraction of the pixels, at most 1"
    )
    clip: bool = Field(description="clip noisy images to [0, 1]; cameras do so, papers on photographs do not")


class NoiseParameters(Section):
    """The noise that is added to the clean images, or that recorded noisy images have."""

    kind: Literal["gaussian", "uniform", "correlated", "speckle", "poisson", "salt_and_pepper", "recorded"] = Field(
        description="type of noise; in `correlated` noise, neighbouring pixels are correlated. `speckle` noise is "
        "proportional to the pixel. `poisson` noise comes from counting photons. `recorded`: that of the images in "
        "`prepare.folder.noisy`"
    )
    settings_of: ClassVar = {
        "kind": {
            **dict.fromkeys(
                ("gaussian", "uniform", "correlated", "speckle", "poisson", "salt_and_pepper"), AddedNoiseSettings
            ),
            "recorded": NoSettings,
        }
    }


class DigitsParameters(Section):
    """How the digits of scikit-learn become a data set; the other sources are complete."""

    test_fraction: OpenFraction = Field(description="fraction of the digits held out for the test; only for `digits`")
    augmented_copies: int = Field(
        ge=0,
        le=1000,
        description="augmented copies of each training digit; they are rotated, sheared, scaled and shifted. Only for "
        "`digits`",
    )


class FolderParameters(Section):
    """How a folder of image files becomes a data set."""

    clean: Folder = Field(
        description="folder of clean images; only for `folder`. PNG, JPEG, TIFF, WebP or BMP, of any size. Subfolders "
        "`train`, `test` and `validation`, if there are any, are the splits",
    )
    noisy: Folder = Field(
        description="folder of noisy images; with the names of the clean ones, for `noise.kind: recorded`. Otherwise "
        "it must be empty",
    )
    color_mode: Literal["grayscale", "rgb"] = Field(
        description="colours of the images; for `folder`, `bsds500` and `photographs`"
    )
    white: Literal["auto"] | White = Field(
        description="white of 16-bit images; `auto`: the largest value of the format. 4095 for 12 bits in a file of 16"
    )
    test_fraction: OpenFraction = Field(
        description="fraction of the different files, or of the subfolders if they are groups, held out for the test; "
        "only for `folder`, where no subfolders are the splits"
    )
    group_by: Literal["none", "subfolder"] = Field(
        description="files that stay in one split; only for `folder`. `subfolder`: those of one scene or patient"
    )
    labels: Literal["none", "subfolder"] = Field(
        description="classes of the images; only for `folder`. `subfolder`: one for each"
    )


class PrepareParameters(Section):
    """Which images are prepared, and how."""

    source: Literal["mnist", "fashion_mnist", "kmnist", "digits", "folder", "bsds500", "photographs"] = Field(
        description="data set; `folder` has images of your own. `digits` is included in scikit-learn, `photographs` "
        "in scikit-image. `bsds500` (photographs) and the others are downloaded"
    )
    validation_fraction: OpenFraction = Field(description="fraction of the training images held out for validation")
    seed: Seed = Field(description="seed of the splits and of the noise")
    store_noisy: bool = Field(
        description="store the noisy images; `false`: draw the same ones whenever they are used, which needs only a "
        "fifth of the disk space. Photographs and images of a folder are always drawn"
    )
    noise: NoiseParameters
    digits: DigitsParameters
    folder: FolderParameters
