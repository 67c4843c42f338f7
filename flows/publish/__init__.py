"""From a checked build to what readers see."""
