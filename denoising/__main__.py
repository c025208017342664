"""`python -m denoising`: the command `denoise`."""

from denoising.cli.main import main

if __name__ == "__main__":
    main()
