"""The arguments of the command `denoise`."""

import argparse
from pathlib import Path

from denoising.image_files.converter import SUFFIXES
from denoising.inference.networks import bundled_networks, network_for
from denoising.inference.tiling import TILE
from denoising.version import __version__

STREAM = Path("-")  # stands for standard input or output
DESCRIPTION = "Remove noise from images: PNG, JPEG, TIFF, WebP and BMP, of 8 or 16 bits or floating point."
EPILOG = """examples:
  denoise photo.jpg -o denoised                    one file, to denoised/photo.jpg
  denoise scans -o denoised --recursive            a folder, whose tree is kept
  denoise photo.jpg -o denoised --model my.h5      a network that you trained
  cat photo.png | denoise - > better.png           in a pipe"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    command = argparse.ArgumentParser(
        "denoise", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("inputs", nargs="+", type=Path, metavar="FILE|FOLDER", help="images, folders of images, or -")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER", help="where the results go, under the same names"
    )
    command.add_argument("--version", action="version", version=f"denoise {__version__}")
    processing = command.add_argument_group("processing")
    processing.add_argument(
        "--model",
        metavar="NAME|FILE",
        help=f"{' or '.join(bundled_networks())}, or an .onnx or .h5 file (default: {network_for(1)} for "
        f"grey images and where all channels have the same noise, as in most JPEG files; {network_for(3)} for others)",
    )
    processing.add_argument(
        "--sigma",
        type=float,
        help="standard deviation of the noise, where white is 255; no more than that is removed (default: unknown)",
    )
    processing.add_argument(
        "--ensemble",
        action="store_true",
        help="average over eight flips and rotations: a little better, 8 times slower",
    )
    processing.add_argument(
        "--white", type=float, help="white level of 16-bit files that use only part of the range, such as 4095"
    )
    processing.add_argument(
        "--tile", type=int, default=TILE, metavar="PIXELS", help="side of the tiles (default: %(default)s)"
    )
    processing.add_argument(
        "--overlap",
        type=int,
        metavar="PIXELS",
        help="overlap of adjacent tiles (default: twice the radius of the receptive field)",
    )
    processing.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="number of files processed in parallel (default: %(default)s)"
    )
    output = command.add_argument_group("what is written")
    output.add_argument(
        "--format",
        choices=SUFFIXES,
        type=lambda name: {"jpg": "jpeg", "tif": "tiff"}.get(name.lower(), name.lower()),
        help="output format (default: that of the input)",
    )
    output.add_argument("--overwrite", action="store_true", help="replace results that are there already")
    output.add_argument("--recursive", action="store_true", help="include subfolders")
    output.add_argument(
        "--dry-run", action="store_true", help="say what would be written, without opening the files, and stop"
    )
    output.add_argument("--quiet", action="store_true", help="print errors only")
    return command
