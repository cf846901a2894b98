"""The lure that is no mail: files shared with dozens of strangers, chats begun with dozens of people."""

from __future__ import annotations

from o365nb.detections.base import detection

#: So many people within an hour are no errand; whoever reached a fifth of them in an earlier hour does so by habit.
MANY, HABIT = 20, 5

#: Acts of an unfamiliar hand in {reached}, hour by hour; only a rented network or a program new for the account counts,
#: since a traveller invites whole groups too. `who` is whom the act reached.
_WAVES = """
    hours AS (
        SELECT subject, floor(epoch(time) / 3600) AS hour, count(DISTINCT who) AS people
        FROM reached GROUP BY subject, floor(epoch(time) / 3600)
    ),
    programs AS (
        SELECT subject, client_ip, max(CASE WHEN network_kind IN ('hosting', 'vpn') OR kit IS NOT NULL
               OR agent IS NOT NULL AND NOT known_agent THEN 1 ELSE 0 END) AS foreign_hand
        FROM strange_events WHERE client_ip IS NOT NULL GROUP BY subject, client_ip
    ),
    strange AS (
        SELECT r.subject, r.event_id, r.time, r.who, s.client_ip, s.place, s.sureness,
               floor(epoch(r.time) / 3600) AS hour
        FROM reached AS r JOIN strange_events AS s ON s.event_id = r.event_id
        JOIN programs AS p ON p.subject = s.subject AND p.client_ip = s.client_ip
        WHERE s.grade = 'clear' AND s.has_history AND p.foreign_hand = 1
    ),
    waves AS (
        SELECT subject, client_ip, hour, count(DISTINCT who) AS people FROM strange GROUP BY subject, client_ip, hour
    ),
    usual AS (
        SELECT w.subject, w.client_ip, w.hour, count(h.hour) AS hours FROM waves AS w
        LEFT JOIN hours AS h ON h.subject = w.subject AND h.hour < w.hour - 24 AND h.people * {habit} >= w.people
        GROUP BY w.subject, w.client_ip, w.hour
    ),
    big AS (
        SELECT w.subject, w.client_ip, w.hour, w.people FROM waves AS w
        JOIN usual AS u ON u.subject = w.subject AND u.client_ip = w.client_ip AND u.hour = w.hour
        WHERE w.people >= {many} AND u.hours = 0
    )
"""
WAVES = _WAVES.format(many=MANY, habit=HABIT)


@detection(
    slug="im-mass-share",
    severity="critical",
    attack=["T1534", "T1566.002"],
    needs=["ual/SharePoint|ual/OneDrive"],
    respond=["remove_by_hand", "notify_recipients", "report"],
    confidence=0.9,
    benign="The papers of a meeting, shared with all who take part over a VPN used for the first time.",
    misses="Links without names, which anybody can open; fewer than twenty people in an hour; networks used before.",
)
def shared_with_dozens() -> str:
    """Files were shared with at least twenty people within an hour, by an unfamiliar hand: the lure that is no mail."""
    return f"""
        WITH whom AS (
            SELECT event_id, max(lower(value)) AS who FROM case_properties
            WHERE name = 'TargetUserOrGroupName' GROUP BY event_id
        ),
        reached AS (
            -- Somebody is added to a link by an event of his own, whether or not the export kept his name.
            SELECT t.subject, t.event_id, t.time,
                   coalesce(w.who, CASE WHEN t.operation LIKE 'AddedTo%' THEN t.event_id END) AS who
            FROM event_traits AS t LEFT JOIN whom AS w ON w.event_id = t.event_id
            WHERE t.own_hand AND coalesce(t.result, '') <> 'failure'
              AND t.operation IN ('AddedToSecureLink', 'AddedToSharingLink', 'SharingInvitationCreated', 'SharingSet')
        ),
        {WAVES}
        SELECT s.subject, s.event_id AS evidence, s.time, 'shared:' || s.client_ip AS object,
               'files were shared with ' || CAST(b.people AS VARCHAR) || ' people within an hour from ' || s.place
               AS summary, s.sureness AS confidence
        FROM strange AS s JOIN big AS b ON b.subject = s.subject AND b.client_ip = s.client_ip AND b.hour = s.hour
    """


@detection(
    slug="im-mass-chat",
    severity="critical",
    attack=["T1534", "T1566.003"],
    needs=["ual/MicrosoftTeams"],
    respond=["block_sign_in", "notify_recipients", "report"],
    confidence=0.9,
    benign="A program of the house that writes to everybody in the user's name, from a server used for the first time.",
    misses="Messages without a link in chats that there were; fewer than twenty in an hour; networks used before.",
)
def chats_with_dozens() -> str:
    """At least twenty chats were begun, or sent a link, within an hour by an unfamiliar hand."""
    return f"""
        WITH threads AS (
            SELECT event_id, max(value) AS who FROM case_properties WHERE name = 'ChatThreadId' GROUP BY event_id
        ),
        reached AS (
            SELECT t.subject, t.event_id, t.time, w.who FROM event_traits AS t
            JOIN threads AS w ON w.event_id = t.event_id
            WHERE t.own_hand AND coalesce(t.result, '') <> 'failure'
              AND t.operation IN ('ChatCreated', 'MessageCreatedHasLink')
        ),
        {WAVES}
        SELECT s.subject, s.event_id AS evidence, s.time, 'chats:' || s.client_ip AS object,
               CAST(b.people AS VARCHAR) || ' chats were begun or sent a link within an hour from ' || s.place
               AS summary, s.sureness AS confidence
        FROM strange AS s JOIN big AS b ON b.subject = s.subject AND b.client_ip = s.client_ip AND b.hour = s.hour
    """


@detection(
    slug="de-chat-cleanup",
    severity="high",
    attack=["T1070"],
    needs=["ual/MicrosoftTeams"],
    respond=["report", "snapshot_evidence"],
    confidence=0.8,
    by_habit=True,
    benign="A program of the house that takes back what it sent to everybody.",
    misses="Whole chats that were hidden or left; fewer than twenty chats in an hour; what the other side deletes.",
)
def chats_taken_back() -> str:
    """The account's own messages were deleted from at least twenty chats within an hour, by an unfamiliar hand."""
    return f"""
        WITH threads AS (
            SELECT event_id, max(value) AS who FROM case_properties WHERE name = 'ChatThreadId' GROUP BY event_id
        ),
        reached AS (
            SELECT t.subject, t.event_id, t.time, w.who FROM event_traits AS t
            JOIN threads AS w ON w.event_id = t.event_id
            WHERE t.own_hand AND coalesce(t.result, '') <> 'failure'
              AND t.operation IN ('MessageDeleted', 'MessagesDeleted')
        ),
        {WAVES}
        SELECT s.subject, s.event_id AS evidence, s.time, 'unsaid:' || s.client_ip AS object,
               'messages were deleted from ' || CAST(b.people AS VARCHAR) || ' chats within an hour from ' || s.place
               AS summary, s.sureness AS confidence
        FROM strange AS s JOIN big AS b ON b.subject = s.subject AND b.client_ip = s.client_ip AND b.hour = s.hour
    """
