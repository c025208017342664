"""The networks that come with the package do what docs/models.md says, on photographs that scikit-image carries."""

from pathlib import Path

import numpy as np
import pytest

from denoising import denoise, psnr
from denoising.datasets.photographs import embedded_photographs
from denoising.image_files.reader import read_image_file
from denoising.images import Images, as_float
from denoising.inference.networks import bundled_networks, load_network
from denoising.inference.tiling import apply_in_tiles
from denoising.noise.models import Noise, add_noise

NAMES = ("camera.png", "chelsea.png", "astronaut.png", "coffee.png")
CLEAN = {"astronaut.png": 39.0}  # decibels; it has grain, about sigma 3 in blue. Others: 40
LEAST_GAIN = {5: 0.0, 15: 4.0, 25: 6.0, 50: 9.0}  # decibels, by sigma
every_network = pytest.mark.parametrize("name", bundled_networks())


def photograph(name: str) -> Images:
    """Return 256 x 256 pixels of a photograph, (1, 256, 256, C)."""
    files = {file.name: file.path for split in embedded_photographs().values() for file in split}
    pixels = next(read_image_file(files[name])).pixels
    return as_float(pixels[100:356, 100:356])[np.newaxis]


@every_network
@pytest.mark.parametrize("of", NAMES)
def test_a_clean_photograph_loses_nothing_that_one_sees(name: str, of: str) -> None:
    clean = photograph(of)
    assert psnr(clean, denoise(clean, model=name, axes="NYXC"))[0] > CLEAN.get(of, 40)


@every_network
@pytest.mark.parametrize("of", NAMES)
@pytest.mark.parametrize("sigma", LEAST_GAIN)
def test_a_noisy_photograph_gains(name: str, of: str, sigma: int) -> None:
    clean = photograph(of)
    noisy = add_noise(clean, Noise("gaussian", sigma / 255, clip=False), seed=1)
    gain = psnr(clean, denoise(noisy, model=name, axes="NYXC"))[0] - psnr(clean, noisy)[0]
    is_for_color = load_network(Path(name)).image_shape[-1] == 3
    assert gain > (0 if is_for_color and clean.shape[-1] == 1 else LEAST_GAIN[sigma])


@every_network
def test_tiles_differ_from_the_whole_by_less_than_one_can_see(name: str) -> None:
    network = load_network(Path(name))
    noisy = np.random.default_rng(1).random((1, 700, 900, network.image_shape[-1] or 1), np.float32)
    whole = apply_in_tiles(network.apply, noisy, network.tiling(tile=10_000))
    tiled = apply_in_tiles(network.apply, noisy, network.tiling(tile=384))
    np.testing.assert_allclose(tiled, whole, atol=1e-4)


@every_network
def test_a_network_says_what_it_has_learned(name: str) -> None:
    card = load_network(Path(name)).card
    facts = ("name", "version", "images", "range", "noise", "data", "licence", "experiment", "stride", "parameters")
    assert all(card[fact] for fact in facts)
    assert card["name"] == name
    assert (Path(__file__).parents[3] / card["experiment"]).is_file()
