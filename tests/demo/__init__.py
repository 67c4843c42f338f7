"""The invented company: what its exports promise."""
