"""Inbox rules: the intruder's quiet way to read, divert or hide mail. State and audit log are read alike."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.text import evasive_name, terms_in

STATE_OR_LOG = "inbox_rules|ual/Exchange"
UNDO = ["disable_inbox_rule", "ask_user"]

#: What a rule does that its owner will not notice.
_HIDES = "(removes OR hide_folder AND (marks_read OR stops))"
_COLUMNS = "owner AS subject, evidence, time, object"


def _evasive(rows: Rows) -> Rows:
    found = []
    for row in rows:
        why = evasive_name(row["name"])
        if why:
            does = row["hides"] or row["forwards"]
            named = why != "its name is one or two characters"
            sure = row["hand"] + (0.2 if does and named else 0.0) - (0.0 if does or named else 0.3)
            found.append({**row, "summary": f"{row['called']}: {why}", "confidence": sure})
    return found


@detection(
    slug="pe-rule-name-evasive",
    severity="high",
    attack=["T1564.008"],
    needs=[STATE_OR_LOG],
    respond=UNDO,
    seed=0.0,
    refine=_evasive,
    benign="Lazy naming: a rule called 1.",
    misses="Intruders who give their rules ordinary names.",
)
def evasive_rule_name() -> str:
    """An inbox rule carries a name chosen not to be noticed."""
    return f"SELECT {_COLUMNS}, name, called, hand, forwards, {_HIDES} AS hides, '' AS summary FROM subject_rules"


@detection(
    slug="pe-rule-hide",
    severity="high",
    attack=["T1564.008"],
    needs=[STATE_OR_LOG],
    respond=[*UNDO, "report"],
    benign="Somebody who deletes newsletters unread; sorting into a folder of the user's own making is not reported.",
    misses="Folders that the intruder made; names of folders in languages that the list lacks.",
)
def rule_hides() -> str:
    """An inbox rule deletes mail, or puts it where nobody looks and marks it as read or stops other rules."""
    # A familiar hand that deletes one outside sender's mail is tidying up, not hiding.
    return f"""
        SELECT {_COLUMNS},
               called || CASE WHEN removes THEN ' deletes mail'
               ELSE ' moves mail to ' || coalesce(move_to_folder, copy_to_folder, '')
                    || CASE WHEN marks_read THEN ' and marks it as read'
                    ELSE ' and stops other rules' END END AS summary,
               hand - CASE WHEN marks_read AND (hide_folder OR removes) THEN 0.0 ELSE 0.15 END AS confidence
        FROM subject_rules
        WHERE {_HIDES}
          AND NOT (logged AND strangeness = 0 AND NOT hide_folder AND coalesce(array_length(words), 0) = 0)
    """


def _keywords(rows: Rows) -> Rows:
    found = []
    for row in rows:
        terms = [term for word in row["words"] or () for term in terms_in(word)]
        if terms:
            listed = ", ".join(f'"{word}"' for word in (row["words"] or ())[:6])
            found.append({**row, "summary": f"{row['called']} {row['does']} mail about {listed}"})
    return found


@detection(
    slug="pe-rule-keywords",
    severity="high",
    attack=["T1564.008"],
    needs=[STATE_OR_LOG],
    respond=UNDO,
    refine=_keywords,
    benign="An accounts clerk who sends invoices on to the ledger's own mailbox, or straight to the archive.",
    misses="Words in languages that the lexicon lacks; names of single firms (see pe-rule-targets-person).",
)
def rule_keywords() -> str:
    """An inbox rule hides or diverts mail about money, pay, security warnings or bounces."""
    # Mail about money that goes unread to where nobody looks is hidden too, a little less surely.
    return f"""
        SELECT {_COLUMNS}, words, called, hand - CASE WHEN {_HIDES} OR forwards THEN 0.0 ELSE 0.15 END AS confidence,
               '' AS summary, CASE WHEN forwards THEN 'diverts' ELSE 'hides' END AS does
        FROM subject_rules WHERE ({_HIDES} OR hide_folder OR forwards) AND coalesce(array_length(words), 0) > 0
    """


@detection(
    slug="pe-rule-catchall",
    severity="critical",
    attack=["T1564.008"],
    needs=[STATE_OR_LOG],
    respond=[*UNDO, "report"],
    confidence=0.8,
    benign="The mailbox of somebody who left, kept empty or passed on on purpose.",
    misses="A condition that every mail meets, such as the word @.",
)
def rule_catches_all() -> str:
    """An inbox rule without any condition deletes, moves or diverts all mail."""
    return f"""
        SELECT {_COLUMNS}, called || ' applies to all mail and '
               || CASE WHEN forwards THEN 'sends it on' WHEN removes THEN 'deletes it'
               ELSE 'moves it away' END AS summary,
               hand AS confidence
        FROM subject_rules WHERE has_conditions = FALSE AND (removes OR forwards OR folder NOT IN ('', 'inbox'))
    """


def _aimed(rows: Rows) -> Rows:
    found = []
    for row in rows:
        aimed = row["aimed_at"] or next((a for a in row["from_addresses"] or () if terms_in(a)), None)
        if aimed:
            found.append({**row, "summary": f"{row['called']} hides mail that concerns {aimed}"})
    return found


@detection(
    slug="pe-rule-targets-person",
    severity="high",
    attack=["T1564.008"],
    needs=[STATE_OR_LOG],
    respond=UNDO,
    refine=_aimed,
    benign="A quarrel: a colleague whose mail somebody does not want to see.",
    misses="People named by display name only; partners the trace does not show.",
)
def rule_targets_person() -> str:
    """An inbox rule hides the mail of one colleague, one partner, or the pay or help desk."""
    return f"""
        WITH hiding AS (SELECT * FROM subject_rules WHERE {_HIDES}),
        senders AS (SELECT evidence, lower(address) AS address
        FROM (SELECT evidence, unnest(from_addresses) AS address FROM hiding) AS a),
        topics AS (SELECT evidence, lower(word) AS word FROM (SELECT evidence, unnest(words) AS word FROM hiding) AS w),
        known AS (SELECT domain FROM partners UNION SELECT domain FROM own_domains),
        aims AS (
            SELECT s.evidence, s.address AS aim FROM senders AS s
                JOIN known AS k ON k.domain = split_part(s.address, '@', 2)
            UNION ALL
            SELECT t.evidence, p.domain FROM topics AS t
            JOIN partners AS p ON strpos(t.word, split_part(p.domain, '.', 1)) > 0
                AND length(split_part(p.domain, '.', 1)) >= 4
        ),
        aimed AS (SELECT evidence, min(aim) AS aimed_at FROM aims GROUP BY evidence)
        SELECT owner AS subject, h.evidence, time, object, called, from_addresses, a.aimed_at, hand AS confidence, ''
            AS summary
        FROM hiding AS h LEFT JOIN aimed AS a ON a.evidence = h.evidence
    """


@detection(
    slug="pe-rule-forward-ext",
    severity="high",
    attack=["T1114.003"],
    needs=[STATE_OR_LOG],
    respond=UNDO,
    benign="A user who forwards to a private address: a matter of policy, with the owner's knowledge.",
    misses="Transport rules, mailbox-level forwarding, contacts whose outside address the rule does not show.",
)
def rule_forwards_outside() -> str:
    """An inbox rule forwards or redirects mail to an address outside the organisation."""
    return """
        WITH sent_on AS (
            SELECT evidence, unnest(forward_to) AS address FROM subject_rules
            UNION ALL SELECT evidence, unnest(redirect_to) FROM subject_rules
            UNION ALL SELECT evidence, unnest(forward_as_attachment_to) FROM subject_rules
        ),
        outside AS (
            SELECT s.evidence, min(lower(s.address)) AS address FROM sent_on AS s
            LEFT JOIN own_domains AS o ON lower(s.address) LIKE '%@' || o.domain
                OR lower(s.address) LIKE '%@%.' || o.domain
            WHERE s.address LIKE '%@%' AND o.domain IS NULL GROUP BY s.evidence
        )
        SELECT owner AS subject, r.evidence, time, object, called || ' sends mail to ' || o.address AS summary,
               CASE WHEN logged AND strangeness = 0 THEN 0.5 ELSE hand END AS confidence
        FROM subject_rules AS r JOIN outside AS o ON o.evidence = r.evidence
    """


@detection(
    slug="pe-rule-hidden",
    severity="critical",
    attack=["T1564.008"],
    needs=["inbox_rules.hidden"],
    respond=UNDO,
    confidence=0.9,
    benign="Delegates' and out-of-office rules of Exchange itself are left out; a damaged rule can look the same.",
    misses="Rules taken away unlogged that were made on the user's own network; rules that the log does not tell of.",
)
def rule_hidden() -> str:
    """An inbox rule exists that Outlook does not show, or was made and is gone although nobody removed it."""
    return """
        WITH seen AS (SELECT DISTINCT owner FROM inbox_rules UNION SELECT DISTINCT owner FROM mailboxes),
        made AS (
            SELECT owner, lower(name) AS name, min(event_id) AS event_id, max(time) AS time FROM rule_changes
            WHERE change = 'set' AND name IS NOT NULL GROUP BY owner, lower(name)
        ),
        ended AS (
            SELECT owner, lower(coalesce(name, rule_id)) AS name, max(time) AS time FROM rule_changes
            WHERE change = 'remove' GROUP BY owner, lower(coalesce(name, rule_id))
        )
        SELECT r.owner AS subject, r.evidence, r.time, r.object, r.called || ' is hidden from Outlook' AS summary,
               0.95 AS confidence
        FROM subject_rules AS r JOIN inbox_rules AS s ON s.key = r.evidence
        WHERE r.hidden AND NOT coalesce(s.read_only, FALSE)
        UNION ALL
        SELECT m.owner, m.event_id, m.time, 'rule:' || m.name,
               'inbox rule "' || m.name || '" was made, and is not there although the log has no removal:'
               || ' removed unlogged or hidden', 0.5
        FROM made AS m JOIN subjects AS u ON u.upn = m.owner JOIN seen AS s ON s.owner = m.owner
        LEFT JOIN inbox_rules AS r ON r.owner = m.owner AND lower(r.name) = m.name
        LEFT JOIN ended AS e ON e.owner = m.owner AND e.name = m.name
        LEFT JOIN event_traits AS t ON t.event_id = m.event_id AND (t.managed OR t.known_ip OR t.known_network)
        WHERE r.key IS NULL AND e.name IS NULL AND t.event_id IS NULL
    """


@detection(
    slug="pe-rule-churn",
    severity="medium",
    attack=["T1070"],
    needs=["ual/Exchange"],
    respond=["report", "ask_user"],
    benign="Somebody who tries out rules.",
    misses="Rules that live longer than a day; removals by tools that leave no log.",
)
def rule_churn() -> str:
    """An inbox rule was made and removed or switched off again within a day, by an unfamiliar hand."""
    return """
        WITH pairs AS (
            SELECT a.owner, a.event_id AS made, b.event_id AS ended, a.time, b.time AS end_time,
                   coalesce(a.name, a.rule_id, '') AS name
            FROM rule_changes AS a JOIN rule_changes AS b
              ON b.owner = a.owner AND lower(coalesce(b.name, b.rule_id)) = lower(coalesce(a.name, a.rule_id))
            JOIN subjects AS u ON u.upn = a.owner
            WHERE a.change = 'set' AND b.change IN ('remove', 'disable')
                AND epoch(b.time) - epoch(a.time) BETWEEN 0 AND 86400
        ),
        moments AS (
            SELECT owner, name, made, ended, made AS evidence, time, epoch(end_time) - epoch(time) AS lived FROM pairs
            UNION ALL SELECT owner, name, made, ended, ended, end_time, epoch(end_time) - epoch(time) FROM pairs
        )
        SELECT b.owner AS subject, b.evidence, b.time, 'rule:' || lower(b.name) AS object,
               'inbox rule "' || b.name || '" was made and taken away again after '
               || CAST(CAST(greatest(1, b.lived / 60) AS BIGINT) AS VARCHAR) || ' minutes' AS summary,
               greatest(coalesce(m.sureness, 0), coalesce(e.sureness, 0)) AS confidence
        FROM moments AS b LEFT JOIN strange_events AS m ON m.event_id = b.made
        LEFT JOIN strange_events AS e ON e.event_id = b.ended
        WHERE m.grade IN ('clear', 'no_history') OR e.grade IN ('clear', 'no_history')
    """


@detection(
    slug="pe-rule-unfamiliar",
    severity="medium",
    attack=["T1564.008"],
    needs=["ual/Exchange"],
    respond=UNDO,
    everyday=True,
    benign="A user on a new network who sorts mail.",
    misses="Rules made over the user's own networks, and by Outlook where the log carries no address.",
)
def rule_from_unfamiliar_hand() -> str:
    """An inbox rule was made or changed from an address that is unfamiliar for the account."""
    return """
        SELECT r.owner AS subject, r.event_id AS evidence, r.time, 'rule:'
            || lower(coalesce(r.name, r.rule_id, '')) AS object,
               'inbox rule ' || coalesce('"' || r.name || '"', 'number ' || r.rule_id, 'without a name')
               || ' was made or changed from ' || s.place AS summary, s.sureness AS confidence
        FROM rule_changes AS r JOIN subjects AS u ON u.upn = r.owner JOIN strange_events AS s ON s.event_id = r.event_id
        WHERE r.change = 'set' AND s.grade IN ('clear', 'no_history')
    """
