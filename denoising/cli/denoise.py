"""The command `denoise`: from arguments to files."""

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event

from denoising.cli.arguments import STREAM, parser
from denoising.cli.pictures import PictureDenoiser
from denoising.cli.targets import Task, Tasks, find_tasks, named
from denoising.cores import usable_cores
from denoising.errors import DenoisingError
from denoising.image_files.converter import SUFFIXES
from denoising.image_files.normalize import SIXTEEN_BITS
from denoising.image_files.sizes import pixel_count
from denoising.inference.stored_images import DenoisingOptions
from denoising.io.progress import pixel_bar


def denoise_command(arguments: Sequence[str]) -> int:
    """Denoise what the arguments name, and return the exit status: 1 where a file failed."""
    given = parser().parse_args(arguments)
    if given.jobs < 1:
        raise DenoisingError(f"Expected one job or more, found --jobs {given.jobs}.")
    if given.white is not None and not 1 <= given.white <= SIXTEEN_BITS:
        raise DenoisingError(f"Expected a white level from 1 to 65535, found --white {given.white:g}.")
    options = DenoisingOptions(given.sigma, given.ensemble, given.tile, given.overlap)
    threads = 0 if given.jobs == 1 else max(1, usable_cores() // given.jobs)
    denoiser = PictureDenoiser(given.model, options, white=given.white, format=given.format, threads=threads)
    if STREAM in given.inputs:
        if len(given.inputs) > 1 or given.output not in (None, STREAM):
            raise DenoisingError(
                "- cannot be combined with other files or folders: it reads standard input and writes standard output."
            )
        if given.dry_run:
            raise DenoisingError("--dry-run cannot be combined with standard input.")
        return _denoise_stream(denoiser, quiet=given.quiet)
    if given.output is None or given.output == STREAM:
        raise DenoisingError("Say where the results go: denoise ... -o FOLDER.")
    suffix = SUFFIXES[given.format] if given.format else None
    found = find_tasks(given.inputs, given.output, recursive=given.recursive, suffix=suffix)
    for failure in found.failures:
        print(f"denoise: {failure}", file=sys.stderr)
    if given.dry_run:
        for task in found.tasks:
            kept = task.target.exists() and not given.overwrite
            print(f"{task.source} → {task.target}{' (is there already, and is kept)' if kept else ''}")
        _say_what_is_left_out(found)
        return 1 if found.failures else 0
    return _denoise_files(found, denoiser, given.output, jobs=given.jobs, overwrite=given.overwrite, quiet=given.quiet)


def _denoise_stream(denoiser: PictureDenoiser, *, quiet: bool) -> int:
    if sys.stdin.isatty() or sys.stdout.isatty():
        raise DenoisingError("- is for pipes: cat photo.png | denoise - > better.png")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        source.write_bytes(sys.stdin.buffer.read())
        denoiser.denoise(source, target, name="standard input")
        sys.stdout.buffer.write(target.read_bytes())
        sys.stdout.buffer.flush()
    for note in sorted(denoiser.notes) if not quiet else ():
        print(f"{note}.", file=sys.stderr)
    return 0


def _denoise_files(
    found: Tasks, denoiser: PictureDenoiser, output: Path, *, jobs: int, overwrite: bool, quiet: bool
) -> int:
    began = time.monotonic()
    failures = list(found.failures)
    kept = {task for task in found.tasks if task.target.exists() and not overwrite}
    tasks = [task for task in found.tasks if task not in kept]
    total = sum(pixel_count(task.source) for task in tasks)
    interrupted = Event()
    with pixel_bar("denoise", total=total, quiet=quiet) as bar, ThreadPoolExecutor(jobs) as workers:

        def on_pixels(count: int) -> None:
            if interrupted.is_set():
                raise KeyboardInterrupt
            bar.update(count)

        def denoise(task: Task) -> str:
            """Return why the file failed, or nothing."""
            try:
                if task.target.exists() and not overwrite:  # another program was faster
                    kept.add(task)
                else:
                    denoiser.denoise(task.source, task.target)
            except DenoisingError as error:
                return str(error)
            except OSError as error:
                return f"{task.target}: {(error.strerror or str(error)).lower()}"
            return ""

        denoiser.on_pixels = on_pixels
        waiting = [workers.submit(denoise, task) for task in tasks]
        try:
            for done in as_completed(waiting):
                if failure := done.result():
                    failures.append(failure)
                    bar.write(f"denoise: {failure}", file=sys.stderr)
        except BaseException:
            interrupted.set()  # which ends the files that are being denoised at their next tile
            workers.shutdown(cancel_futures=True)
            raise
    if not quiet:
        _summarize(found, denoiser, output, failed=len(failures), kept=len(kept), began=began)
    return 1 if failures else 0


def _summarize(found: Tasks, denoiser: PictureDenoiser, output: Path, *, failed: int, kept: int, began: float) -> None:
    for note, names in sorted(denoiser.notes.items()):
        print(f"{note}: {named(sorted(names))}.")
    _say_what_is_left_out(found)
    if kept:
        print(f"{_images(kept)} kept that {'was' if kept == 1 else 'were'} in {output} already; --overwrite replaces.")
    if done := len(found) - failed - kept:
        several = len(denoiser.used) > 1
        networks = (f"{name} ({count})" if several else name for name, count in sorted(denoiser.used.items()))
        seconds = time.monotonic() - began
        print(f"Denoised {_images(done)} with {' and '.join(networks)} in {seconds:.1f} s, into {output}.")
    if failed:
        print(f"{failed} of {len(found)} failed.")


def _say_what_is_left_out(found: Tasks) -> None:
    for why, left_out in found.left_out.items():
        print(f"Left out, {why}: {named(sorted(left_out))}.")


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"
