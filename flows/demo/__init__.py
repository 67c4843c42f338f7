"""The invented company that `niaga demo` runs on."""

from .company import is_truth, make_demo, truth_file

__all__ = ["is_truth", "make_demo", "truth_file"]
