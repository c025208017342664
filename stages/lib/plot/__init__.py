"""What only the stage plot needs."""
