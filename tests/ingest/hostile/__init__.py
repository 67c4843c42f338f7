"""Bad files of every format, each with what must become of it."""
