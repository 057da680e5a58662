"""What CPD records refuse."""

from lms.core.errors import Conflict
from lms.core.language import N_


class CameByItself(Conflict):
    """It tells of something that took place here: it can be left out of the record, and is not deleted."""

    slug, title = "came-by-itself", N_("This came from your learning here, so it is not deleted")
    way_out = N_("You can leave it out of your CPD record.")
