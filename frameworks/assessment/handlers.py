"""When others speak."""

from frameworks.assessment import asking
from frameworks.editing.events import VersionPublished


def ask_again(_event: VersionPublished) -> None:
    """Whoever rated what changed is told."""
    asking.ask_soon()
