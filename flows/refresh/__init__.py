"""From lake/ to a checked build."""
