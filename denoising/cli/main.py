"""Runs a command, and ends it with a status and, where something went wrong, with one sentence."""

import os
import sys
import warnings
from collections.abc import Sequence

from denoising.cli.denoise import denoise_command
from denoising.cli.export import export_command
from denoising.errors import DenoisingError

FAILED, INTERRUPTED = 1, 130
EXPORT = "export"  # as the first argument; a file of that name is ./export


def main() -> None:
    """Run the command that the program was started with."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    warnings.simplefilter("ignore")  # of libraries; what cannot be read whole is refused
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status: 0, or 1 where a file failed; an error becomes a sentence."""
    try:
        if arguments[:1] == [EXPORT]:
            return export_command(arguments[1:])
        return denoise_command(arguments)
    except DenoisingError as error:
        print(f"denoise: {error}", file=sys.stderr)
    except BrokenPipeError:  # of who reads the output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"denoise: {error.filename or 'the output'}: {error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("denoise: interrupted; the files that were written are whole.", file=sys.stderr)
        return INTERRUPTED
    return FAILED
