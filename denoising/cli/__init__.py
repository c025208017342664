"""The command line: `denoise`, and `python -m denoising`."""
