"""What must hold of the data at rest between two stages."""
