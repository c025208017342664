"""Export the networks that the benchmark of photographs trained for the package, with their cards.

python -m benchmarks.natural bundled_gray bundled_color   # two hours: trains and keeps them
python -m benchmarks.bundle natural-gray natural-color    # writes denoising/networks/natural-{gray,color}.onnx
"""

import sys
from pathlib import Path

from benchmarks.natural_code import kept_network
from benchmarks.natural_networks import NETWORKS
from denoising.errors import DenoisingError
from denoising.inference.export import export
from denoising.inference.networks import FOLDER, SUFFIX
from denoising.version import __version__
from stages.run import run
from tools.experiment import read_experiment

BUNDLED = {"natural-gray": "bundled_gray", "natural-color": "bundled_color"}
TARGETS = Path("denoising") / FOLDER
LARGEST_SIGMA = 55
DATA = "BSDS500, the 400 photographs of train and test (P. Arbeláez et al., 2011), and 32 of val for validation"


def main() -> None:
    for name in sys.argv[1:] or BUNDLED:
        if name not in BUNDLED:
            raise DenoisingError(f"There is no network {name}. Choose from {', '.join(BUNDLED)}.")
        part = BUNDLED[name]
        kept = kept_network(part, of=Path())
        if not kept.exists():
            raise DenoisingError(f"There is no trained network for {name}. Run `python -m benchmarks.natural {part}`.")
        target = TARGETS / f"{name}{SUFFIX}"
        export(kept, target, to="onnx", metadata=card(name, part))
        print(f"{target}: {target.stat().st_size / 1024:.0f} KiB")


def card(name: str, part: str) -> dict[str, str]:
    """Return what the file of a network says of it."""
    sections = read_experiment(NETWORKS[part].experiment)
    colors = "colour" if sections["prepare"]["folder"]["color_mode"] == "rgb" else "grey"
    return {
        "name": name,
        "version": __version__,
        "images": f"{colors} photographs",
        "range": "0 to 1",
        "noise": f"Gaussian, white, not clipped, sigma 0 to {LARGEST_SIGMA} on a scale of 0 to 255, unknown to the "
        "network",
        "largest_sigma": str(LARGEST_SIGMA),
        "data": DATA,
        "licence": "MIT for the network; the photographs are for non-commercial research and education",
        "experiment": f"experiments/{NETWORKS[part].experiment}.yaml",
    }


if __name__ == "__main__":
    run(main)
