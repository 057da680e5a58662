"""Questions that a room asks of rooms above it, which it may not import.

The room that asks declares the question as a function, in its `upstairs.py` or where it is asked; what the function does is
the answer while nobody has another. `lms/hooks.py` hangs in who answers.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar, TypeVarTuple

Asked = TypeVarTuple("Asked")
R = TypeVar("R")


class Hook(Generic[*Asked, R]):
    """A question. Decorates the function that declares it; called as that one is."""

    def __init__(self, unanswered: Callable[[*Asked], R]) -> None:
        self.answer = unanswered
        update_wrapper(self, unanswered)

    def hang(self, answer: Callable[[*Asked], R]) -> None:
        """Answer it so from now on. Again changes nothing."""
        self.answer = answer

    def __call__(self, *asked: *Asked) -> R:
        return self.answer(*asked)
