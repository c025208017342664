"""Data sets: where they are found, how they are verified, and how they become training, validation and test images."""
