"""Starts the page, for this machine alone."""

import os
import signal
import sys
import tempfile

from denoising.errors import DenoisingError

ADDRESS = "127.0.0.1"


def main() -> None:
    """Serve the page until it is interrupted; PORT in the environment chooses the port."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit())  # so that the folder is deleted
    with tempfile.TemporaryDirectory(prefix="denoising-") as folder:
        os.environ.setdefault("GRADIO_TEMP_DIR", folder)  # for the pictures that are dropped
        serve()


def serve() -> None:
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        from denoising.app.page import EXAMPLE_FILES, MAX_FILE, STYLE, THEME, build_page
    except ModuleNotFoundError as error:
        sys.exit(f"The page needs {error.name}: `make app` installs it, or pip install '.[app]'.")
    port = os.environ.get("PORT", "")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
        sys.exit(f"PORT is {port!r}, which is no port. Use a number such as 7860.")
    try:
        build_page().queue(default_concurrency_limit=1, max_size=50).launch(
            server_name=ADDRESS,
            server_port=int(port) if port else None,
            max_file_size=MAX_FILE,
            share=False,
            allowed_paths=sorted({str(path.parent) for path in EXAMPLE_FILES.values()}),
            theme=THEME,
            css=STYLE,
            footer_links=[],
        )
    except (DenoisingError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
