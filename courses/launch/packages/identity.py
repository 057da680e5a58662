"""By which ids statements know the course, its blocks and its units. They never change: statements refer to them for ever."""

from uuid import UUID

from courses.launch.formats.structure import Format
from courses.launch.packages.models import Package, PackageNode
from lms.xapi.identity import home_page


def course_activity(course_code: str) -> str:
    """The course as an Activity, and what its parts begin with."""
    return f"{home_page()}/activities/{course_code}"


def part_activity(course_code: str, key: UUID) -> str:
    """A block or a unit, by its key: the same in all versions and languages, and never the publisher's own id (cmi5 §8.1)."""
    return f"{course_activity(course_code)}/{key}"


def unit_activity(package: Package, node: PackageNode) -> str:
    """What content says its statements are about: of a tincan.xml its own id, for such content knows no other."""
    if package.format is Format.XAPI:
        return node.publisher_id
    return part_activity(package.course.code, node.key)
