"""What only the stage train needs."""
