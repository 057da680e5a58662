"""When a portfolio is signed."""

from courses.portfolios.events import PortfolioSignedOff
from courses.portfolios.moderation import services
from lms.core.permissions import Actor


def draw_sample(event: PortfolioSignedOff) -> None:
    services.draw(Actor.system(), event.portfolio_id)
