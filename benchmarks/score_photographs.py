"""Score a denoiser, or BM3D, on photographs with Gaussian noise that is not clipped, as the denoising papers do.

    python -m benchmarks.score_photographs MODEL.h5|bm3d SET COLOR_MODE RESULT.json SIGMA ...

SET is bsd68 (the 68 images of val that the papers measure) or set12, the twelve images of testsets/Set12 in the
repository cszn/DnCNN, which have no licence: put them into the folder set12 of DENOISING_CACHE. A SIGMA is of 255.
Everything scored on one set at one sigma gets the same noise. BM3D is an extra: `make setup EXTRA=bm3d`.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from denoising.baselines.filters import CLASSICAL_FILTERS
from denoising.cores import usable_cores
from denoising.datasets.bsds500 import load_bsds500
from denoising.datasets.cache import cache_folder
from denoising.datasets.folder import sha256_of
from denoising.errors import DenoisingError
from denoising.image_files.normalize import normalize
from denoising.image_files.reader import read_image_file
from denoising.images import Images, as_bytes, as_float
from denoising.inference.denoiser import load
from denoising.io.tables import write_summary
from denoising.metrics import psnr
from denoising.noise.models import Noise, add_noise
from stages.run import run

SET12 = Path(__file__).with_name("set12.sha256")
Denoise = Callable[[Images], Images]  # of one image (1, H, W, C)


def main() -> None:
    model, name, color_mode, result, *sigmas = sys.argv[1:]
    images = [
        as_float(normalize(page, color_mode=color_mode, white=None))[np.newaxis]
        for path in files_of(name)
        for page in read_image_file(path)
    ]
    denoise = None if model == "bm3d" else load(model)
    scores = {}
    for sigma in map(float, sigmas):
        noise = Noise("gaussian", sigma / 255, clip=False)
        noisy = [add_noise(image, noise, seed=1, first_index=number) for number, image in enumerate(images)]
        denoised = by_network(denoise, noisy) if denoise else {"psnr": bm3d(noisy, noise)}
        scores[f"{sigma:g}"] = {
            metric: [float(psnr(*pair)[0]) for pair in zip(images, of, strict=True)] for metric, of in denoised.items()
        }
    write_summary(Path(result), scores)


def files_of(name: str) -> list[Path]:
    """Return the files of a test set; raises `DenoisingError` where they are missing or other ones."""
    if name == "bsd68":
        return [file.path for file in load_bsds500()["test"]]
    lines = (line.split() for line in SET12.read_text(encoding="ascii").splitlines())
    known = {file: digest for digest, file in lines}
    folder = cache_folder() / name
    wrong = [of for of in known if not (folder / of).is_file() or sha256_of(folder / of) != known[of]]
    if wrong:
        raise DenoisingError(
            f"{folder} should have the twelve images of testsets/Set12 in the repository cszn/DnCNN; missing or other "
            f"ones: {', '.join(wrong)}."
        )
    return [folder / of for of in known]


def bm3d(noisy: list[Images], noise: Noise) -> list[Images]:
    """Return images filtered by BM3D, which is told the standard deviation of the noise."""

    def apply(image: Images) -> Images:
        filtered = CLASSICAL_FILTERS["bm3d"](image[0], deviation=noise.factor, setting={"strength": 1.0})
        return np.clip(filtered, 0, 1)[np.newaxis]

    with ThreadPoolExecutor(usable_cores()) as threads:
        return list(threads.map(apply, noisy))


def by_network(denoise: Denoise, noisy: list[Images]) -> dict[str, list[Images]]:
    """Return denoised images, those rounded to 8 bits as papers do, and means over eight orientations."""
    denoised = [denoise(image) for image in noisy]
    return {
        "psnr": denoised,
        "psnr_8_bit": [as_float(as_bytes(image)) for image in denoised],
        "psnr_of_8_orientations": [np.mean([*orientations(denoise, image)], axis=0) for image in noisy],
    }


def orientations(denoise: Denoise, image: Images) -> Iterator[Images]:
    """Yield the image as it is denoised in each of eight orientations, turned back."""
    for flipped in (image, image[:, :, ::-1]):
        for turns in range(4):
            turned = denoise(np.ascontiguousarray(np.rot90(flipped, turns, (1, 2))))
            back = np.rot90(turned, -turns, (1, 2))
            yield back if flipped is image else back[:, :, ::-1]


if __name__ == "__main__":
    run(main)
