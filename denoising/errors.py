"""The exceptions that this package raises for what a person can correct."""


class DenoisingError(ValueError):
    """Invalid input, settings or data.

    The message says what was expected, what was found and how to correct it.
    """


class DamagedFileError(DenoisingError):
    """A file written by an earlier step is missing, damaged, or inconsistent with the others; make it again."""


class DatasetUnavailableError(DenoisingError):
    """No usable copy of a data set was found in the cache or on a mirror."""


class ImageFileError(DenoisingError):
    """An image file is damaged, of another format, or cannot be read without loss."""
