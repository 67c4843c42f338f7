"""The invented company that `niaga demo` runs on."""

from .company import make_demo

__all__ = ["make_demo"]
