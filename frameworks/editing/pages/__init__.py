"""Pages of frameworks in the making."""

from frameworks.editing.pages import comparing, crosswalks, parts, steps, talking, versions  # noqa: F401 - routes
from frameworks.editing.pages.blueprint import pages

__all__ = ["pages"]
