"""What only the stage evaluate needs."""
