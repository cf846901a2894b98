"""SQL for detections of one setting somebody made: which value tells, and whose hand it was."""

from __future__ import annotations

#: Beside `changes AS c`: the account's first unfamiliar sign-in within the day before. Directory audits name addresses
#: of Microsoft's own portals, so that a change often shows no place.
AFTER = "LEFT JOIN break_ins AS b ON b.subject = c.actor AND epoch(c.time) - epoch(b.since) BETWEEN 0 AND 86400"
#: The end of a summary: where the hand was.
WHENCE = """CASE WHEN c.grade IS NOT NULL THEN ', from ' || c.place
                WHEN b.since IS NOT NULL THEN ', within a day of an unfamiliar sign-in' ELSE '' END"""
#: Done, by a person or an application, not by the service itself.
DONE = "NOT coalesce(c.by_system, FALSE) AND coalesce(c.result, '') <> 'failure'"
#: An object of the organisation by its own name: the log puts the organisation and a backslash before it.
NAME = r"regexp_replace(coalesce(c.target, ''), '^.*\\', '')"
#: A strange hand, or one within a day of a break-in.
STRANGE = "(c.grade IN ('clear', 'no_history') OR b.since IS NOT NULL)"

OF_SUBJECTS = "c.subject IS NOT NULL"
EVERYBODY = "TRUE"


def hand(usual: float) -> str:
    """How sure a change is an attacker's, by the hand; `usual` where the hand is a familiar one."""
    return f"""CASE WHEN c.grade = 'clear' THEN 0.9 WHEN c.grade IS NOT NULL OR b.since IS NOT NULL THEN 0.6
               ELSE {usual} END"""


def setting(
    operations: str, telling: str, verb: str, thing: str, *, usual: float | None, about: str = OF_SUBJECTS
) -> str:
    """Rows of a detection: changes by `operations` that carry a property for which `telling` holds.

    `operations` are SQL literals in lower case, `telling` is a condition over `name` and `value`; the property is
    told in the summary after `verb`. `thing` begins the object's key. `usual`: as in `hand`, None to leave familiar
    hands out. `about`: whose changes count; TRUE for what concerns the whole organisation.
    """
    only = [DONE, about, *([STRANGE] if usual is None else [])]
    return f"""
        WITH telling AS (
            SELECT event_id, min(replace(replace(name, 'Parameters.', ''), 'ModifiedProperties.', '') || ' '
                                 || substr(coalesce(value, ''), 1, 120)) AS what
            FROM case_properties WHERE {telling} GROUP BY event_id
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time,
               '{thing}:' || lower({NAME}) AS object,
               coalesce(c.actor, 'somebody') || ' {verb} "' || {NAME} || '" (' || t.what || ')' || {WHENCE} AS summary,
               {hand(usual or 0.4)} AS confidence
        FROM changes AS c JOIN telling AS t ON t.event_id = c.event_id {AFTER}
        WHERE lower(c.operation) IN ({operations}) AND {" AND ".join(only)}
    """
