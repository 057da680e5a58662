"""What happened, counted: attendances, places, offers, items that wait too long. They are no people, so they simply add up.

As SQL: what facts give, laid out over the same places, subjects and sectors as the tallies. A row says how often something
was so in one month; sums over any months, and over what is added and taken away, are exact.
"""

from lms.reporting.facts.models import FactKind
from lms.reporting.facts.shares import MONTH, SUBJECTS, holds

OVERDUE_AFTER = 14
"""Days that an item of evidence may wait for its review."""
COUNTED = (
    FactKind.ATTENDED, FactKind.DID_NOT_ATTEND, FactKind.CANCELLED_LATE, FactKind.SESSION_HELD, FactKind.WAITLISTED,
    FactKind.OFFERED, FactKind.ITEM_SUBMITTED, FactKind.ITEM_LEFT,
)  # fmt: skip
ROW = "place, what, who, measure, month, days"
_ABOUT = "organisation_lineage, sector, programme_code, levels, course_id"
_OF_GOT = ", ".join(f"got.{column}" for column in _ABOUT.split(", "))
_OVERDUE = f"on_day + {OVERDUE_AFTER + 1}"

_COUNTS = f"""
WITH live AS MATERIALIZED (
    SELECT kind, thing_id, on_day, amount, {_ABOUT} FROM fact
    WHERE kind IN ({", ".join(f"'{kind}'" for kind in COUNTED)}) AND {{whose}} AND {{holds}}
), waited AS MATERIALIZED (
    SELECT thing_id, min(on_day) AS asked_on FROM live WHERE kind IN ('waitlisted', 'offered')
    GROUP BY thing_id HAVING bool_and(kind = 'waitlisted')
), item AS (
    SELECT *, lead(on_day) OVER (PARTITION BY thing_id ORDER BY amount, kind DESC) AS gone_on
    FROM live WHERE kind IN ('item_submitted', 'item_left')
), overdue AS (
    SELECT * FROM item WHERE kind = 'item_submitted' AND {_OVERDUE} <= :today AND (gone_on IS NULL OR gone_on > {_OVERDUE})
), happened AS (
    SELECT kind AS measure, on_day, 0 AS days, 1 AS n, {_ABOUT} FROM live
     WHERE kind IN ('attended', 'did_not_attend', 'cancelled_late')
    UNION ALL SELECT 'places', on_day, 0, amount, {_ABOUT} FROM live WHERE kind = 'session_held'
    UNION ALL SELECT 'offered', on_day, amount, 1, {_ABOUT} FROM live WHERE kind = 'offered' AND amount IS NOT NULL
    UNION ALL SELECT 'offered', got.on_day, got.on_day - asked_on, 1, {_OF_GOT}
      FROM waited JOIN fact AS got ON got.thing_id = waited.thing_id AND got.kind = 'enrolled'
       AND got.on_day >= asked_on AND {{got_holds}}
    UNION ALL SELECT 'overdue', {_OVERDUE}, 0, 1, {_ABOUT} FROM overdue
    UNION ALL SELECT 'overdue', gone_on, 0, -1, {_ABOUT} FROM overdue WHERE gone_on IS NOT NULL
), grouped AS MATERIALIZED (
    SELECT measure, {MONTH.format("on_day")} AS month, days, {_ABOUT}, sum(n) AS n
    FROM happened GROUP BY 1, 2, 3, {_ABOUT}
)
SELECT {ROW}, sum(n)::int AS n FROM grouped
CROSS JOIN LATERAL (
    SELECT CAST(:nil AS uuid) AS place UNION ALL SELECT unnest(organisation_lineage[2:])
) AS at_place
CROSS JOIN LATERAL ({SUBJECTS}
) AS of_what
CROSS JOIN LATERAL (SELECT '' AS who UNION ALL SELECT 's:' || sector WHERE sector IS NOT NULL) AS of_whom
GROUP BY {ROW} HAVING sum(n) <> 0"""
"""An offer is a place that was offered, or one that was given without an offer to who had waited: fewer than all that were
given. An item is overdue from the day after its fortnight until it is decided, taken back or sent again.
"""


def counts(whose: str, known: str) -> str:
    """The statement of ROW and n that these facts give. `whose`: a condition; `known` as for `shares.holds`."""
    return _COUNTS.format(whose=whose, holds=holds(known), got_holds=holds(known, "got"))
