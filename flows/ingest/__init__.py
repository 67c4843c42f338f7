"""From files in landing/ to typed segments in lake/."""
