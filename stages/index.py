"""List the images of prepare.folder with their checksums: writes data/index.json.

Other stages depend on this list, not on the folder: for another source it is empty, and nothing runs again when the
folder changes.
"""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("index")

from pathlib import Path

from denoising.datasets.folder import index_folder
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from denoising.io.tables import write_summary
from stages.parameters.prepare import PrepareParameters
from stages.paths import INDEX


def main(prepare: PrepareParameters) -> None:
    digests: dict[str, dict[str, str]] = {}
    if prepare.source == "folder":
        with progress_bar("reading files", total=0, unit="files") as bar:
            for kind in ("clean", "noisy"):
                digests[kind] = index_folder(Path(getattr(prepare.folder, kind)), on_file=bar.update)
    with replacing(INDEX) as (file,):
        write_summary(file, digests)
    print(f"{INDEX}: " + (", ".join(f"{len(of):,} {kind} files" for kind, of in digests.items()) or "not needed"))
