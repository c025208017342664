"""Denoises one image file, and says what was done that a person may not expect."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from denoising.image_files.converter import convert_image
from denoising.image_files.decoded import DecodedImage
from denoising.image_files.normalize import FOURTEEN_BITS, SIXTEEN_BITS, require_in_range
from denoising.image_files.rewriter import rewrite_image
from denoising.inference.network import Network
from denoising.inference.networks import COLOR, GRAY, load_network
from denoising.inference.shared_noise import network_for_image
from denoising.inference.stored_images import DenoisingOptions, denoise_stored
from denoising.io.atomic import replacing
from denoising.io.temporary_arrays import TemporaryArrays

FEWER_BITS = "Fewer than 16 bits seem to be used; --white 4095 is for files of 12 bits, --white 16383 for 14"
SHARED_NOISE = (
    f"All channels have the same fine detail, as in grey stored as colour and in most JPEG files: {GRAY} denoised "
    f"each, since {COLOR} leaves such noise"
)


@dataclass
class PictureDenoiser:
    """Denoises image files by the network of a name or file, or by the one that comes with the package for them."""

    model: str | None
    options: DenoisingOptions
    white: float | None = None
    format: str | None = None
    threads: int = 0
    on_pixels: Callable[[int], object] = lambda count: None
    notes: dict[str, list[str]] = field(default_factory=dict)  # what to know, and the files of which it is true
    used: Counter[str] = field(default_factory=Counter)  # how many files each network denoised

    _networks: dict[str, Network] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)  # files are denoised side by side

    def __post_init__(self) -> None:
        if self.model is not None:
            self._loaded(self.model)

    def denoise(self, source: Path, target: Path, *, name: str | None = None) -> None:
        """Write the denoised image; `name` stands for the source in messages.

        Raises:
            DenoisingError: when the file cannot be read whole, or denoised; there is then no target.
        """
        name = name or str(source)
        notes: set[str] = set()
        networks: set[str] = set()
        with replacing(target) as (partial,):
            arrays = TemporaryArrays(partial.parent)

            def change(image: DecodedImage) -> DecodedImage:
                network = self._loaded(self.model or network_for_image(image.pixels))
                networks.add(network.name)
                notes.update(self._notes(image, network))
                return self._denoised(image, network, arrays)

            if self.format is None:
                rewrite_image(source, partial, change, name=name, arrays=arrays)
            else:
                convert_image(source, partial, change, to=self.format, name=name, arrays=arrays)
        with self._lock:
            self.used.update([" + ".join(sorted(networks))])
            for note in notes:
                self.notes.setdefault(note, []).append(name)

    def _loaded(self, name: str) -> Network:
        with self._lock:
            if name not in self._networks:
                self._networks[name] = load_network(Path(name), threads=self.threads)
            return self._networks[name]

    def _denoised(self, image: DecodedImage, network: Network, arrays: TemporaryArrays) -> DecodedImage:
        arrays.release()
        white = self._white(image)
        require_in_range(image.pixels, white=white, noisy=True)
        alpha = image.alpha
        channels = image.pixels.shape[-1]
        together = arrays.allocate((*image.pixels.shape[:2], channels + (alpha is not None)), image.pixels.dtype)

        def on_pixels(count: int) -> None:
            arrays.release()
            self.on_pixels(count)

        denoise_stored(
            image.pixels[np.newaxis],
            network,
            self.options,
            white=white,
            out=together[np.newaxis, ..., :channels],
            on_pixels=on_pixels,
        )
        if alpha is not None:
            together[..., channels] = alpha
        return replace(image, pixels=together[..., :channels], alpha=None if alpha is None else together[..., channels])

    def _white(self, image: DecodedImage) -> float:
        return self.white if self.white is not None and image.white == SIXTEEN_BITS else image.white

    def _notes(self, image: DecodedImage, network: Network) -> set[str]:
        """Return what a person should know of an image and the network that denoises it."""
        channels, wanted = image.pixels.shape[-1], network.image_shape[-1]
        notes = set()
        if channels > 1 and wanted == 1:
            separately = f"{network.name} is for grey images: it denoised each channel separately"
            notes.add(SHARED_NOISE if self.model is None else separately)
        if channels == 1 and wanted != 1:
            notes.add(f"{network.name} is for colour images: it leaves much of the noise of grey ones")
        if self._white(image) == SIXTEEN_BITS and 0 < image.pixels.max() <= FOURTEEN_BITS:
            notes.add(FEWER_BITS)
        return notes
