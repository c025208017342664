"""Denoises one image file, and says what was done that a person may not expect."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np

from denoising.cli.chroma import has_subsampled_chroma
from denoising.image_files.converter import convert_image
from denoising.image_files.decoded import DecodedImage
from denoising.image_files.normalise import FOURTEEN_BITS, SIXTEEN_BITS, require_in_range
from denoising.image_files.rewriter import rewrite_image
from denoising.inference.network import Network
from denoising.inference.networks import COLOR, load_network, network_for
from denoising.inference.stored_images import Options, denoise_stored
from denoising.io.atomic import replacing
from denoising.io.temporary_arrays import TemporaryArrays


@dataclass
class PictureDenoiser:
    """Denoises image files by the network of a name or file, or by the one that comes with the package for them."""

    model: str | None
    options: Options
    white: float | None = None
    format: str | None = None
    threads: int = 0
    on_pixels: Callable[[int], object] = lambda count: None
    notes: set[str] = field(default_factory=set)

    networks: dict[str, Network] = field(default_factory=dict)  # that were loaded, by name
    _loading: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if self.model is not None:
            self.network_for(1)

    def network_for(self, channels: int) -> Network:
        """Return the network for images of 1 or 3 channels; raises `DenoisingError` as `load_network` does."""
        return self._loaded(network_for(channels) if self.model is None else self.model)

    def _loaded(self, name: str) -> Network:
        with self._loading:  # files are denoised side by side
            if name not in self.networks:
                self.networks[name] = load_network(Path(name), threads=self.threads)
            return self.networks[name]

    def denoise(self, source: Path, target: Path, *, name: str | None = None) -> None:
        """Write the denoised image; `name` stands for the source in messages.

        Raises:
            ImageFileError: when the file cannot be read whole, or denoised; there is then no target.
        """
        by_channel = self.model is None and has_subsampled_chroma(source)
        with replacing(target) as (partial,):
            arrays = TemporaryArrays(partial.parent)

            def change(image: DecodedImage) -> DecodedImage:
                return self._denoised(image, arrays, by_channel=by_channel)

            if self.format is None:
                rewrite_image(source, partial, change, name=name, arrays=arrays)
            else:
                convert_image(source, partial, change, to=self.format, name=name, arrays=arrays)

    def _denoised(self, image: DecodedImage, arrays: TemporaryArrays, *, by_channel: bool) -> DecodedImage:
        arrays.release()
        white = self.white if self.white and image.white == SIXTEEN_BITS else image.white
        require_in_range(image.pixels, white=white, noisy=True)
        if white == SIXTEEN_BITS and 0 < image.pixels.max() <= FOURTEEN_BITS:
            self.notes.add("Some 16-bit images seem to have fewer bits: give --white 4095 for 12, 16383 for 14.")
        alpha = image.alpha
        channels = image.pixels.shape[-1]
        network = self.network_for(1 if by_channel else channels)
        self._note_colors(network, channels, by_channel=by_channel)
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

    def _note_colors(self, network: Network, channels: int, *, by_channel: bool) -> None:
        wanted = network.image_shape[-1]
        if channels > 1 and by_channel:
            self.notes.add(
                f"Some files have colours at a lower resolution, as most JPEG files do: {network.name} denoised each "
                f"channel by itself, since {COLOR} leaves such noise."
            )
        elif channels > 1 and wanted == 1:
            self.notes.add(f"{network.name} is for grey images: it denoised each channel of colour images by itself.")
        elif channels == 1 and wanted != 1:
            self.notes.add(f"{network.name} is for colour images: it leaves much of the noise of grey ones.")
