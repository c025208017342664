"""The command `python -m denoising export`: a trained network for other programs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from denoising.errors import DenoisingError
from denoising.inference.networks import FORMATS
from denoising.version import __version__


def export_command(arguments: Sequence[str]) -> int:
    """Export what the arguments name, and return the exit status."""
    parser = argparse.ArgumentParser("python -m denoising export", description="Export a denoiser from its .h5 file.")
    parser.add_argument("model", type=Path, help="an .h5 file of this pipeline")
    parser.add_argument("--to", choices=FORMATS, required=True, help="format; a SavedModel is a folder")
    parser.add_argument("-o", "--output", type=Path, help="file or folder to write (default: beside the model)")
    parser.add_argument("--overwrite", action="store_true", help="replace it if it is there")
    for fact in ("name", "data", "noise", "licence"):
        parser.add_argument(f"--{fact}", default="", help=f"what the file says of its {fact}")
    given = parser.parse_args(arguments)
    target = given.output or given.model.with_suffix(FORMATS[given.to])
    if target.exists() and given.model.exists() and target.samefile(given.model):
        raise DenoisingError(f"{target} is the model itself; give another name to -o.")
    if target.is_dir() and not (target / "saved_model.pb").exists():
        raise DenoisingError(f"{target} is a folder of something else; give another name to -o.")
    if target.exists() and not given.overwrite:
        raise DenoisingError(f"{target} is there already; --overwrite replaces it.")
    facts = {"data": given.data, "noise": given.noise, "licence": given.licence}
    metadata = {"name": given.name or given.model.stem, "range": "0 to 1", "version": __version__}
    try:
        from denoising.inference.export import export
    except ModuleNotFoundError as error:
        raise DenoisingError(f"Exporting needs {error.name}: pip install '.[pipeline]'.") from error
    export(
        given.model, target, to=given.to, metadata={**metadata, **{key: value for key, value in facts.items() if value}}
    )
    print(f"{target}: from {given.model}")
    return 0
