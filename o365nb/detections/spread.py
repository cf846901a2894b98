"""From one account to people and to other accounts: strangers who pose as support, pay, what victims have in common."""

from __future__ import annotations

import json

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import terms_in

_PAY, _SUPPORT = frozenset({"payroll"}), frozenset({"security"})


def _support(rows: Rows) -> Rows:
    """Chats whose beginner calls himself support: by the name chosen, else by the address."""
    found = []
    for row in rows:
        called = _name_of(row["members"], row["stranger"]) or row["stranger"].partition("@")[0]
        if row["impersonated"] or terms_in(called, _SUPPORT) or terms_in(called.replace("-", " "), _SUPPORT):
            summary = f'"{called}" ({row["stranger"]}), of another organisation, wrote to {row["subject"]} in Teams'
            found.append({**row, "summary": summary})
    return found


def _name_of(members: str | None, upn: str) -> str:
    try:
        listed = json.loads(members or "[]")
    except ValueError:
        return ""
    people = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    named = (str(one.get("DisplayName") or "") for one in people if str(one.get("UPN") or "").lower() == upn)
    return next(named, "")


@detection(
    slug="la-teams-phish",
    severity="high",
    attack=["T1566.003"],
    needs=["ual/MicrosoftTeams", "ual/others"],
    respond=["ask_user", "report"],
    confidence=0.8,
    refine=_support,
    benign="The support of a supplier that works in a tenant of its own.",
    misses="Strangers under a personal name; what was written, which the log does not hold.",
)
def stranger_poses_as_support() -> str:
    """Somebody of another organisation, who calls himself support, began a chat with the user."""
    return """
        WITH members AS (
            SELECT event_id, max(value) AS members FROM case_properties WHERE name = 'Members' GROUP BY event_id
        ),
        chats AS (
            SELECT e.event_id, e.time, e.operation, lower(e.actor) AS stranger, m.members,
                   e.operation = 'TeamsImpersonationDetected' AS impersonated
            FROM case_events AS e LEFT JOIN members AS m ON m.event_id = e.event_id
            LEFT JOIN own_domains AS o ON o.domain = split_part(lower(e.actor), '@', 2)
            WHERE e.source = 'ual' AND e.operation IN ('ChatCreated', 'TeamsImpersonationDetected')
              AND e.actor LIKE '%@%' AND o.domain IS NULL
        )
        SELECT u.upn AS subject, c.event_id AS evidence, c.time, 'stranger:' || c.stranger AS object, c.stranger,
               c.members, c.impersonated, '' AS summary
        FROM chats AS c CROSS JOIN subjects AS u WHERE strpos(lower(c.members), u.upn) > 0
    """


def _payroll(rows: Rows) -> Rows:
    found = []
    for row in rows:
        words = [term for said in (row["said"], *(row["listed"] or ())) if said for term in terms_in(said, _PAY)]
        if words:
            found.append({**row, "summary": f"{row['does']} ({', '.join(dict.fromkeys(words))})"})
    return found


@detection(
    slug="im-payroll",
    severity="critical",
    attack=["T1657"],
    needs=["ual/Exchange"],
    respond=["freeze_pay", "bank_recall", "notify_recipients", "report", "ask_user"],
    refine=_payroll,
    benign="The user's own question about pay, written from a network never used before.",
    misses="Requests by telephone; changes inside the personnel system, which keeps its own log.",
)
def pay_diverted() -> str:
    """An unfamiliar hand turned to the user's pay: hid its notices, wrote about it, or opened the personnel system."""
    return """
        SELECT owner AS subject, evidence, time, 'pay' AS object, name AS said, from_addresses || words AS listed,
               called || ' hides what concerns pay' AS does, hand AS confidence, '' AS summary
        FROM subject_rules
        WHERE strangeness >= 2 AND (removes OR hide_folder AND (marks_read OR stops))
        UNION ALL
        SELECT s.subject, s.event_id, s.time, 'pay', x.message_subject, CAST(NULL AS VARCHAR[]),
               'mail about pay was sent or destroyed from ' || s.place, s.sureness, ''
        FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
        WHERE s.grade IN ('clear', 'no_history')
          AND s.operation IN ('Send', 'SendAs', 'SendOnBehalf', 'HardDelete', 'SoftDelete', 'MoveToDeletedItems')
        UNION ALL
        SELECT subject, event_id, time, 'pay', app_name, CAST(NULL AS VARCHAR[]),
               'the personnel system was opened from ' || place, sureness, ''
        FROM strange_events
        WHERE grade IN ('clear', 'no_history') AND own_hand AND result = 'success'
          AND source IN ('sign_in', 'sign_in_noninteractive')
    """


@detection(
    slug="pe-mfa-shared-artifact",
    severity="high",
    attack=["T1556.006"],
    needs=["several:auth_methods"],
    respond=["remove_auth_method", "ask_user"],
    confidence=0.8,
    benign="One telephone on a shared desk; an assistant who approves for a manager.",
    misses="Accounts that are not part of the case; authenticators, which carry no mark that could be compared.",
)
def shared_method() -> str:
    """The same telephone proves the identity of several accounts of the case."""
    return """
        WITH phones AS (
            SELECT owner, key, created, phone_number,
                   replace(replace(replace(phone_number, ' ', ''), '-', ''), '+', '') AS mark
            FROM auth_methods WHERE length(phone_number) >= 6
        ),
        shared AS (SELECT mark, count(DISTINCT owner) AS owners FROM phones GROUP BY mark
                   HAVING count(DISTINCT owner) >= 2)
        SELECT p.owner AS subject, p.key AS evidence, p.created AS time, 'phone:' || p.mark AS object,
               'the telephone ' || p.phone_number || ' is registered on ' || CAST(s.owners AS VARCHAR) || ' accounts'
               AS summary
        FROM phones AS p JOIN shared AS s ON s.mark = p.mark JOIN subjects AS u ON u.upn = p.owner
    """


@detection(
    slug="la-more-victims",
    severity="critical",
    attack=["T1078.004"],
    needs=["everyone:sign_in|everyone:ual/AzureActiveDirectory"],
    respond=["report", "revoke_sessions"],
    confidence=0.9,
    benign="Two colleagues who share a rented server or an exit of a VPN, both for the first time.",
    misses="Accounts whose sign-ins were not collected: name them with --user, or export the whole tenant's.",
)
def more_victims() -> str:
    """From the rented address or by the tool with which this account was entered, another account was entered too."""
    return """
        WITH bad AS (
            SELECT subject, client_ip, min(place) AS place, min(time) AS since FROM strange_events
            WHERE grade = 'clear' AND own_hand AND result = 'success' AND client_ip IS NOT NULL
              AND (network_kind = 'hosting' OR kit IS NOT NULL)
              AND (source IN ('sign_in', 'sign_in_noninteractive') OR operation = 'UserLoggedIn')
            GROUP BY subject, client_ip
        ),
        entered AS (
            SELECT i.event_id, i.time, i.actor, i.client_ip,
                   min(CAST(i.time AS DATE)) OVER (PARTITION BY i.actor, i.client_ip) AS first_day
            FROM sign_ins AS i WHERE i.result = 'success' AND i.client_ip IS NOT NULL
        )
        SELECT b.subject, e.event_id AS evidence, e.time, 'victim:' || e.actor AS object,
               e.actor || ' was entered from ' || b.place || ', from where this account was entered too' AS summary
        FROM bad AS b JOIN entered AS e ON e.client_ip = b.client_ip
        WHERE e.actor <> b.subject AND e.first_day >= CAST(b.since AS DATE) - 3
    """
