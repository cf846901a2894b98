"""What was done to accounts: new ones, guests, shared mailboxes that can sign in, locks, changed names, look-alikes."""

from __future__ import annotations

from o365nb.detections.base import Rows, detection
from o365nb.detections.changed import AFTER, DONE, STRANGE, WHENCE, hand, setting
from o365nb.detections.text import skeleton

DIRECTORY = "directory_audit|ual/AzureActiveDirectory"


@detection(
    slug="pe-new-account",
    severity="critical",
    attack=["T1136.003", "T1098"],
    needs=[DIRECTORY],
    respond=["remove_by_hand", "report"],
    confidence=0.6,
    benign="An administrator creates an account or resets a password, on a network never used before.",
    misses="Accounts made by another account that was taken over.",
)
def account_made() -> str:
    """The subject's account made another account, enabled one, or reset its password, by an unfamiliar hand."""
    return f"""
        SELECT c.actor AS subject, c.event_id AS evidence, c.time,
               'account:' || lower(coalesce(c.target, '')) AS object,
               c.actor || ': ' || lower(c.operation) || ' ' || coalesce(c.target, '') || {WHENCE} AS summary,
               {hand(0.4)} AS confidence
        FROM changes AS c {AFTER}
        WHERE lower(c.operation) IN ('add user', 'enable account', 'reset user password', 'reset password (by admin)',
                'restore user', 'set force change user password')
          AND c.own_hand AND lower(coalesce(c.target, '')) <> c.actor AND {DONE} AND {STRANGE}
    """


@detection(
    slug="pe-guest",
    severity="medium",
    attack=["T1136.003"],
    needs=[DIRECTORY],
    respond=["remove_by_hand", "report"],
    confidence=0.5,
    everyday=True,
    benign="The user invites a partner, on a network never used before.",
    misses="Guests invited before the log begins; people added to a team who are guests already.",
)
def guest_invited() -> str:
    """A guest was invited by an unfamiliar hand, or made a full member of the organisation."""
    return f"""
        WITH members AS (
            SELECT event_id FROM case_properties
            WHERE name = 'ModifiedProperties.UserType' AND lower(value) LIKE '%member%'
            INTERSECT
            SELECT event_id FROM case_properties
            WHERE name = 'ModifiedProperties.UserType.old' AND lower(value) LIKE '%guest%'
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time,
               'guest:' || lower(coalesce(c.target, '')) AS object,
               coalesce(c.actor, 'somebody') || CASE WHEN m.event_id IS NOT NULL THEN ' made a member of the guest '
               ELSE ' invited ' END || coalesce(c.target, 'somebody') || {WHENCE} AS summary,
               {hand(0.4)} AS confidence
        FROM changes AS c LEFT JOIN members AS m ON m.event_id = c.event_id {AFTER}
        WHERE c.subject IS NOT NULL AND {DONE}
          AND (lower(c.operation) = 'update user' AND m.event_id IS NOT NULL
               OR lower(c.operation) IN ('invite external user', 'invite external user with reset invitation status',
                                         'add guest user') AND c.own_hand AND {STRANGE})
    """


@detection(
    slug="pe-shared-mailbox-enabled",
    severity="high",
    attack=["T1078.004"],
    needs=["users", "mailboxes"],
    respond=["block_sign_in", "ask_user"],
    confidence=0.4,
    benign="A mailbox made from a former employee's account, which nobody switched off.",
    misses="Shared mailboxes that are not part of the case.",
)
def shared_mailbox_can_sign_in() -> str:
    """The mailbox belongs to nobody, being shared or a room's, yet its account can sign in, or does."""
    return """
        WITH shared AS (
            SELECT m.owner, m.key, m.recipient_type, u.key AS user_key FROM mailboxes AS m
            JOIN subjects AS s ON s.upn = m.owner JOIN users AS u ON u.owner = m.owner AND u.account_enabled
            WHERE m.recipient_type IN ('SharedMailbox', 'RoomMailbox', 'EquipmentMailbox')
        )
        SELECT owner AS subject, user_key AS evidence, CAST(NULL AS TIMESTAMP) AS time, 'shared' AS object,
               'the account of a mailbox of the kind ' || recipient_type || ' can sign in' AS summary, 0.4 AS confidence
        FROM shared
        UNION ALL
        SELECT h.owner, i.event_id, i.time, 'shared',
               'somebody signed in to a mailbox of the kind ' || h.recipient_type,
               CASE WHEN s.grade = 'clear' THEN 0.9 ELSE 0.5 END
        FROM shared AS h JOIN sign_ins AS i ON i.actor = h.owner AND i.result = 'success'
        LEFT JOIN strange_events AS s ON s.event_id = i.event_id
    """


@detection(
    slug="im-lockout",
    severity="high",
    attack=["T1531"],
    needs=[DIRECTORY],
    respond=["reset_password", "remove_auth_method", "ask_user"],
    confidence=0.6,
    everyday=True,
    benign="The user changes the password in a hotel.",
    misses="Changes made inside a local directory.",
)
def user_locked_out() -> str:
    """The account's password was changed, its sign-in methods removed or the account disabled by an unfamiliar hand."""
    return f"""
        SELECT c.subject, c.event_id AS evidence, c.time, 'lockout' AS object,
               coalesce(c.actor, 'somebody') || ': ' || lower(c.operation) || {WHENCE} AS summary,
               {hand(0.4)} AS confidence
        FROM changes AS c {AFTER}
        WHERE lower(c.operation) IN ('change user password', 'change password (self-service)', 'disable account',
                'user deleted security info', 'delete user', 'update stsrefreshtokenvalidfrom timestamp')
          AND c.own_hand AND c.subject = c.actor AND {DONE} AND {STRANGE}
          AND (lower(c.operation) <> 'update stsrefreshtokenvalidfrom timestamp' OR c.grade IS NOT NULL)
    """


@detection(
    slug="im-profile-change",
    severity="low",
    attack=["T1098"],
    needs=[DIRECTORY],
    respond=["ask_user"],
    confidence=0.5,
    everyday=True,
    benign="The user corrects a telephone number on a journey.",
    misses="Changes of the picture, which the log does not describe.",
)
def profile_changed() -> str:
    """Name, telephone or address of the account were changed by an unfamiliar hand."""
    return setting(
        "'update user', 'set-user', 'set-mailbox'",
        "replace(replace(name, 'ModifiedProperties.', ''), 'Parameters.', '') IN ('DisplayName', 'Mobile', 'Phone',"
        " 'MobilePhone', 'TelephoneNumber', 'OtherMail', 'AlternativeEmail', 'UserPrincipalName', 'StreetAddress',"
        " 'EmailAddresses', 'Title', 'Office') AND coalesce(value, '') NOT IN ('', '[]', '$null')",
        "changed the profile", "profile", usual=None,
    )  # fmt: skip


def _looks_like_others(rows: Rows) -> Rows:
    """Accounts younger than the window's beginning whose name looks like that of somebody who was there before."""
    settled = {skeleton(row["shown"]): row for row in rows if row["shown"] and not row["fresh"]}
    found = []
    for row in rows:
        twin = settled.get(skeleton(row["shown"] or ""))
        if row["fresh"] and twin and twin["owner"] != row["owner"]:
            told = f'{row["owner"]}, called "{row["shown"]}", looks like {twin["owner"]} ("{twin["shown"]}")'
            sure = 0.8 if row["shown"].casefold() != twin["shown"].casefold() else 0.5
            found.append({**row, "subject": "", "summary": told, "confidence": sure})
    return found


@detection(
    slug="im-lookalike-account",
    severity="high",
    attack=["T1036"],
    needs=["users"],
    respond=["remove_by_hand", "report"],
    confidence=0.5,
    refine=_looks_like_others,
    benign="Two colleagues of one name; a colleague's private address invited as a guest.",
    misses="People of whom nothing was collected; accounts made before the case's window.",
)
def account_looks_alike() -> str:
    """A new account, or a new guest, bears the name of somebody else in the organisation."""
    return """
        SELECT u.owner, u.key AS evidence, CAST(NULL AS TIMESTAMP) AS time, 'account:' || u.owner AS object,
               trim(u.display_name) AS shown,
               coalesce(u.created >= w.start_time, FALSE) AS fresh
        FROM users AS u CROSS JOIN case_window AS w WHERE u.deleted IS NULL AND length(trim(u.display_name)) >= 5
    """
