"""What only the stage prepare needs."""
