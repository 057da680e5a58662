"""What codes of cascade sessions are called."""

from courses.mentoring.cascade.models import CancelReason
from courses.mentoring.cascade.rules import Length, RoleGroup, SessionLanguage
from lms.core.language import N_

LENGTHS = {
    Length.HALF_DAY: N_("Half a day"),
    Length.ONE_DAY: N_("One day"),
    Length.OTHER: N_("Another length"),
}
LANGUAGES = {
    SessionLanguage.CY: N_("In Welsh"),
    SessionLanguage.EN: N_("In English"),
    SessionLanguage.BOTH: N_("In both languages"),
}
ROLES = {
    RoleGroup.CLINICAL: N_("Clinical staff"),
    RoleGroup.SOCIAL_CARE: N_("Social work and social care"),
    RoleGroup.SUPPORT: N_("Support staff"),
    RoleGroup.PEER_OR_VOLUNTEER: N_("Peer supporters and volunteers"),
    RoleGroup.MANAGEMENT: N_("Managers and administration"),
    RoleGroup.OTHER: N_("Others"),
}
CANCELS = {
    CancelReason.NOBODY_CAME: N_("Nobody came"),
    CancelReason.POSTPONED: N_("It was put off"),
    CancelReason.CHAMPION_AWAY: N_("I could not be there"),
    CancelReason.NO_ROOM: N_("There was no room"),
    CancelReason.RECORDED_IN_ERROR: N_("It was recorded in error"),
}
