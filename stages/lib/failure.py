"""Ends a stage with one sentence where a person can put things right, with a traceback where only we can."""

import sys
from collections.abc import Callable
from typing import NoReturn


class Mistake(ValueError):  # noqa: N818 - the word that the messages use
    """Something a person can put right; the text says what was expected, what came and how to mend it."""


def run(main: Callable[[], None]) -> NoReturn:
    """Run `main` and leave the process with status 0, or with 1 (130 when interrupted) and one sentence."""
    try:
        main()
    except Mistake as mistake:
        _leave(str(mistake), status=1)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _leave(f"The machine refused: {error.strerror or error}{place}. Mend that and run `dvc repro` again.", status=1)
    except KeyboardInterrupt:
        _leave("Interrupted. Nothing is half written: the next `dvc repro` starts this stage anew.", status=130)
    sys.exit(0)


def _leave(sentence: str, *, status: int) -> NoReturn:
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    sys.exit(status)
