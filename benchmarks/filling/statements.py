"""Fill the record store's tables with what cmi5-like sessions would have left there, skewed as use is.

Session s has six statements (initialized, progressed or answered three times, passed or failed, completed or terminated)
by one learner in one of ten units of one of 200 courses; 240 sessions run at the same time. Course 0 has 17 % of all,
the least used 0.17 %; a shared account 2 %. Each course has one instructor and one provider, and only units 9 ask
questions: so there are common keys that never meet. One statement in 100 comments on another, one in 1,000 voids one.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from lms.xapi import partitions
from lms.xapi.models import ECHO, REFERS, TENANT, VOIDED, VOIDING
from lms.xapi.rules.keys import Kind, agent_key, key_of
from lms.xapi.rules.patterns import microseconds

MONTHS = 24
LEARNERS = 50_000
COURSES = 200
VERBS = (
    "initialized", "progressed", "answered", "passed", "failed", "completed", "terminated", "waived", "abandoned",
    "mentored", "commented", "voided",
)  # fmt: skip
HOME = "https://people.example"
CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
TABLES = ("statement", "statement_id", "statement_ref", "statement_link")

Json = dict[str, Any]


def agent(name: str) -> Json:
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": name}}


def verb(name: str) -> str:
    return f"http://adlnet.gov/expapi/verbs/{name}"


def course(number: int) -> str:
    return f"https://courses.example/{number}"


def unit(course_: int, number: int) -> str:
    return f"{course(course_)}/{number}"


def tier(number: int) -> str:
    return f"https://framework.example/tiers/{number}"


_NAMES = {
    "learner": [*(f"learner-{number}" for number in range(LEARNERS)), "shared"],
    "instructor": [f"instructor-{number}" for number in range(40)],
    "provider": [f"provider-{number}" for number in range(6)],
    "verb": [verb(each) for each in VERBS],
    "unit": [unit(each, number) for each in range(COURSES) for number in range(10)],
    "course": [course(each) for each in range(COURSES)],
    "tier": [tier(each) for each in range(4)],
    "category": [CATEGORY],
}
_AGENTS = ("learner", "instructor", "provider")

_SESSION = """
    SELECT i, i % 6 AS p, i / 6 + (6 - i % 6) * 240 AS s FROM generate_series({first}::bigint, {after} - 1) AS i
"""
_DRAWN = f"""
    SELECT *, CASE WHEN chance(s, 7) < 0.02 THEN {LEARNERS} ELSE (chance(s, 1) ^ 1.6 * {LEARNERS})::int END AS l,
        least((chance(s, 2) ^ 3 * {COURSES})::int, {COURSES - 1}) AS c, (chance(s, 3) * 9.99)::int % 10 AS u,
        chance(s, 4) AS luck
    FROM (SELECT *, i % 1000 = 500 AS voids, i % 100 = 50 AND i % 1000 <> 500 AS comments FROM ({_SESSION}) AS s) AS s
"""
_TOLD = f"""
    SELECT *, i % 6 = 4 AND luck > 0.97 AND NOT voids AND NOT comments AS mentors,
        CASE WHEN voids THEN 12 WHEN comments THEN 11 WHEN p = 4 AND luck > 0.97 THEN 10
            WHEN i % 1000003 = 5 THEN 9 WHEN i % 5000 = 77 THEN 8
            WHEN p = 0 THEN 1 WHEN p < 4 THEN CASE WHEN u = 9 THEN 3 ELSE 2 END
            WHEN p = 4 THEN CASE WHEN luck < 0.85 THEN 4 ELSE 5 END
            ELSE CASE WHEN luck < 0.9 THEN 6 ELSE 7 END END AS v,
        CASE WHEN c = {COURSES - 1} THEN 6 ELSE c % 5 + 1 END AS a
    FROM ({_DRAWN}) AS d
"""
_PAYLOAD = """
    convert_to(format('{"id":"%s","actor":{"objectType":"Agent","account":{"homePage":"https://people.example","name":'
    '"learner-%s"},"name":"Learner number %s"},"verb":{"id":"http://adlnet.gov/expapi/verbs/%s","display":{"en":"%s",'
    '"cy":"%s"}},"object":{"objectType":"Activity","id":"https://courses.example/%s/%s","definition":{"name":{"en":'
    '"Unit %s","cy":"Uned %s"},"description":{"en":"What to notice, whom to ask, and when not to wait","cy":'
    '"Beth i sylwi arno, pwy i ofyn iddo, a phryd i beidio ag aros"},"type":"https://w3id.org/xapi/cmi5/context/unit"}},'
    '"context":{"registration":"%s","contextActivities":{"parent":[{"id":"https://framework.example/tiers/%s"}],'
    '"grouping":[{"id":"https://courses.example/%s"}],"category":[{"id":'
    '"https://w3id.org/xapi/cmi5/context/categories/cmi5"}]},"extensions":{'
    '"https://w3id.org/xapi/cmi5/context/extensions/sessionid":"%s"}},"result":{"score":{"scaled":0.85},"success":true,'
    '"duration":"PT10M12.5S"},"timestamp":"%s","version":"1.0.3","stored":"%s","authority":{"objectType":"Agent",'
    '"account":{"homePage":"https://llwybr.example","name":"provider-%s"}}}', id, l, l, v, v, v, c, u, u, u,
    registration, c % 4, c, s, at, at, a), 'UTF8')
"""

_LINKS = f"""
    INSERT INTO statement_link
        (tenant, target, seq, voids, target_seq, verb, actor, activity, authority, registration)
    SELECT {TENANT}, t.id, own.seq, i % 1000 = 500, t.seq, t.verb, t.actor, t.activity, t.authority, t.registration
    FROM (
        SELECT i, i - 777 AS target FROM generate_series(500::bigint, {{count}} - 1, 1000) AS i
        UNION ALL SELECT i, i - 1013 FROM generate_series(50::bigint, {{count}} - 1, 100) AS i WHERE i % 1000 <> 500
        UNION ALL SELECT i, i - 100 FROM generate_series(10050::bigint, {{count}} - 1, 10000) AS i
        UNION ALL SELECT i, i - 1113 FROM generate_series(10050::bigint, {{count}} - 1, 10000) AS i
    ) AS pair
    JOIN statement_id AS own ON own.tenant = {TENANT} AND own.id = statement_uuid(i)
    JOIN statement_id AS known ON known.tenant = {TENANT} AND known.id = statement_uuid(pair.target)
    JOIN statement AS t ON t.tenant = {TENANT} AND t.seq = known.seq
"""
_ECHOES = f"""
    INSERT INTO statement_ref (tenant, kind, key, verb, seq)
    SELECT ref.tenant, ref.kind | {ECHO}, ref.key, ref.verb, link.seq
    FROM statement_link AS link JOIN statement_ref AS ref ON ref.tenant = link.tenant AND ref.seq = link.target_seq
    ON CONFLICT DO NOTHING
"""


def fill(connection: psycopg.Connection[Any], count: int) -> Iterator[str]:
    """Fill the empty, migrated tables; says what it is at. Indexes are made after the rows. Ends analysed."""
    _functions(connection)
    bounds = _months(connection)
    definitions = _without_indexes(connection)
    each = count // len(bounds)
    for number, (name, first, after) in enumerate(bounds):
        where = {"first": number * each, "after": (number + 1) * each}
        step = (after - first) // each
        seq = f"{first}::bigint + (i - {where['first']}) * {step}"
        connection.execute(_statements(name, seq, where))
        connection.execute(_references(seq, where))
        connection.execute(
            f"INSERT INTO statement_id SELECT {TENANT}, statement_uuid(i), {seq}"
            f" FROM generate_series({where['first']}::bigint, {where['after']} - 1) AS i"
        )
        yield f"{name}: {(number + 1) * each} statements"
    for table, definition in definitions:
        connection.execute(definition)
        yield f"{table}: {definition[:100]}"
    connection.execute(_LINKS.format(count=each * len(bounds)))
    connection.execute(_ECHOES)
    yield "linked"
    connection.execute("VACUUM ANALYZE")
    yield "analysed"


def _functions(connection: psycopg.Connection[Any]) -> None:
    """Chance that can be drawn again, and keys by number."""
    connection.execute(
        "CREATE OR REPLACE FUNCTION chance(bigint, bigint) RETURNS float LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "'SELECT (hashint8extended($1, $2) & 16777215)::float / 16777216'"
    )
    connection.execute(
        "CREATE OR REPLACE FUNCTION statement_uuid(bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "'SELECT md5($1::text)::uuid'"
    )
    connection.execute(
        "CREATE OR REPLACE FUNCTION pair_key(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        "SELECT ('x' || encode(substr(sha256(int8send($1) || int8send($2)), 1, 8), 'hex'))::bit(64)::bigint $$"
    )
    connection.execute("CREATE UNLOGGED TABLE known_key (kind text, number int, key bigint)")
    with connection.cursor().copy("COPY known_key FROM STDIN") as copy:
        for kind, names in _NAMES.items():
            for number, name in enumerate(names):
                copy.write_row((kind, number, agent_key(agent(name)) if kind in _AGENTS else key_of(name)))


def _keys(kind: str) -> str:
    """The array of keys, by number. Aggregated anew, once a statement: a stored one would be read again for each row."""
    return f"(SELECT array_agg(key ORDER BY number) FROM known_key WHERE kind = '{kind}')"


def _months(connection: psycopg.Connection[Any]) -> list[tuple[str, int, int]]:
    """Partitions for the months before this one, and up to now."""
    now = datetime.now(UTC)
    start = now.year * 12 + now.month - MONTHS
    first = datetime(start // 12, start % 12 + 1, 1, tzinfo=UTC)
    found = partitions.months(first, MONTHS - 1)
    connection.execute(f"DROP TABLE {partitions.BEFORE}")
    for each in found:
        connection.execute(partitions.sql(*each))
    connection.execute(partitions.sql(partitions.BEFORE, "MINVALUE", found[0][1]))
    name, begin, _ = found[-1]
    return [*found[:-1], (name, begin, microseconds(now))]


def _without_indexes(connection: psycopg.Connection[Any]) -> Sequence[tuple[str, str]]:
    """Take constraints and indexes off; how to make them again, in that order."""
    found = connection.execute(
        "SELECT relname, 'ALTER TABLE ' || relname || ' ADD CONSTRAINT ' || conname || ' '"
        " || pg_get_constraintdef(c.oid), 'ALTER TABLE ' || relname || ' DROP CONSTRAINT ' || conname"
        " FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = conrelid WHERE contype = 'p' AND relname = ANY(%s)"
        " UNION ALL SELECT tablename, replace(indexdef, ' ONLY ', ' '), 'DROP INDEX ' || indexname FROM pg_indexes"
        " WHERE tablename = ANY(%s) AND indexname NOT LIKE 'pk!_%%' ESCAPE '!'",
        [list(TABLES), list(TABLES)],
    ).fetchall()
    for _, _, drop in found:
        connection.execute(drop)
    for (name,) in connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND (relname LIKE 'statement!_p%' ESCAPE '!'"
        " OR relname IN ('statement_id', 'statement_ref', 'statement_link'))"
    ).fetchall():
        connection.execute(f"ALTER TABLE {name} SET UNLOGGED")
    return [(table, make) for table, make, _ in found]


def _statements(name: str, seq: str, where: Json) -> str:
    """The rows of one month, in the order of their numbers."""
    return f"""
        INSERT INTO {name} (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)
        SELECT {TENANT}, seq, id, to_timestamp(seq / 1e6), {_keys("verb")}[v], {_keys("learner")}[l + 1],
            CASE WHEN NOT voids AND NOT comments AND NOT mentors THEN {_keys("unit")}[c * 10 + u + 1] END,
            {_keys("provider")}[a], registration,
            CASE WHEN voids THEN {VOIDING | REFERS} WHEN comments THEN {REFERS}
                WHEN i % 1000 = 723 THEN {VOIDED} ELSE 0 END, {_PAYLOAD}
        FROM (
            SELECT *, {seq} AS seq, statement_uuid(i) AS id, now()::text AS at,
                CASE WHEN luck < 0.85 THEN statement_uuid(-(l * 1000::bigint + c) - 1) END AS registration
            FROM ({_TOLD.format(**where)}) AS t
        ) AS told
    """


def _references(seq: str, where: Json) -> str:
    """What the statements of one month are found by beside their own columns."""
    activities = ("category", "course", "tier", "unit")
    return f"""
        INSERT INTO statement_ref (tenant, kind, key, seq, verb)
        SELECT {TENANT}, kind, key, {seq}, {_keys("verb")}[v]
        FROM (
            SELECT i, v, mentors, {_keys("category")}[1] AS category, {_keys("course")}[c + 1] AS course,
                {_keys("tier")}[c % 4 + 1] AS tier,
                CASE WHEN NOT voids AND NOT comments AND NOT mentors THEN {_keys("unit")}[c * 10 + u + 1] END AS unit,
                CASE WHEN mentors THEN {_keys("learner")}[(s * 7919) % {LEARNERS} + 1]
                    WHEN luck < 0.6 THEN {_keys("instructor")}[c % 40 + 1] END AS agent,
                {_keys("learner")}[l + 1] AS actor
            FROM ({_TOLD.format(**where)}) AS t
        ) AS told CROSS JOIN LATERAL (
            VALUES {", ".join(f"({int(Kind.RELATED_ACTIVITY)}, {each})" for each in activities[:3])},
            ({int(Kind.RELATED_AGENT)}, agent), ({int(Kind.AGENT)}, CASE WHEN mentors THEN agent END),
            {", ".join(f"({int(Kind.PAIR)}, pair_key(agent, {each}))" for each in activities)},
            {", ".join(f"({int(Kind.ACTOR_PAIR)}, pair_key(actor, {each}))" for each in activities[:3])}
        ) AS found(kind, key)
        WHERE key IS NOT NULL
    """
