"""The stages of the pipeline: scripts that read parameters, call the library `denoising` and write files."""
