"""The page to try the networks on: `make app`, or `python -m denoising.app`."""
