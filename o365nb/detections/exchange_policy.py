"""Settings of the whole mail organisation: journals, protocols, filters, protection, retention of logs, searches."""

from __future__ import annotations

from o365nb.detections.base import detection
from o365nb.detections.changed import AFTER, DONE, EVERYBODY, NAME, WHENCE, hand, setting

_TRUE, _FALSE = "('true', '$true')", "('false', '$false')"
EXCHANGE = ["ual/Exchange"]


@detection(
    slug="pe-journal",
    severity="high",
    attack=["T1114.003"],
    needs=["transport_rules|ual/Exchange"],
    respond=["disable_journal_rule", "report"],
    confidence=0.5,
    benign="An archive that the compliance department ordered.",
    misses="Journals older than the log: those that stand are told of among the mail-flow rules.",
)
def journal_made() -> str:
    """A journal was made or pointed elsewhere: it sends a copy of everybody's mail to one address."""
    return setting(
        "'new-journalrule', 'set-journalrule', 'enable-journalrule', 'set-transportconfig'",
        "name IN ('Parameters.JournalEmailAddress', 'Parameters.JournalingReportNdrTo')"
        " AND coalesce(value, '') NOT IN ('', '$null')",
        "set the journal", "journal", usual=0.5, about=EVERYBODY,
    )  # fmt: skip


@detection(
    slug="pe-protocol-enabled",
    severity="high",
    attack=["T1098"],
    needs=EXCHANGE,
    respond=["close_protocol", "harden", "report"],
    confidence=0.5,
    benign="A scanner or an old program that needs it.",
    misses="Protocols that were open before the log begins.",
)
def old_protocol_opened() -> str:
    """A protocol that cannot ask for a second factor was opened for the mailbox or for everybody."""
    return setting(
        "'set-casmailbox', 'set-casmailboxplan', 'set-transportconfig', 'set-authenticationpolicy'",
        f"name IN ('Parameters.ImapEnabled', 'Parameters.PopEnabled') AND lower(value) IN {_TRUE}"
        f" OR name LIKE 'Parameters.AllowBasicAuth%' AND lower(value) IN {_TRUE}"
        f" OR name = 'Parameters.SmtpClientAuthenticationDisabled' AND lower(value) IN {_FALSE}",
        "opened an old protocol for", "protocol", usual=0.4,
        about="(c.subject IS NOT NULL OR lower(c.operation) <> 'set-casmailbox')",
    )  # fmt: skip


@detection(
    slug="de-audit-retention",
    severity="high",
    attack=["T1562.008"],
    needs=EXCHANGE,
    respond=["report"],
    confidence=0.6,
    benign="A new rule for how long logs are kept, ordered by the data protection officer.",
    misses="Changes before the log begins.",
)
def log_kept_shorter() -> str:
    """The time for which the audit log is kept was changed, or a rule about it removed."""
    return setting(
        "'remove-unifiedauditlogretentionpolicy', 'set-unifiedauditlogretentionpolicy'",
        "name IN ('Parameters.RetentionDuration', 'Parameters.Identity', 'Parameters.Enabled')",
        "changed how long logs are kept by", "retention", usual=0.5, about=EVERYBODY,
    )  # fmt: skip


@detection(
    slug="de-tenant-allow",
    severity="high",
    attack=["T1562.001"],
    needs=EXCHANGE,
    respond=["remove_by_hand", "report"],
    confidence=0.4,
    benign="A partner whose mail was held back by mistake.",
    misses="Entries from before the log begins; senders that users trust themselves.",
)
def senders_allowed() -> str:
    """A sender, address or link was exempted from the mail filter for the whole organisation."""
    return setting(
        "'new-tenantallowblocklistitems', 'set-tenantallowblocklistitems', 'set-hostedcontentfilterpolicy',"
        " 'new-hostedcontentfilterpolicy', 'set-hostedconnectionfilterpolicy', 'new-exosecopsoverriderule',"
        " 'new-exophishsimoverriderule'",
        f"name = 'Parameters.Allow' AND lower(value) IN {_TRUE} OR name IN ('Parameters.AllowedSenders',"
        " 'Parameters.AllowedSenderDomains', 'Parameters.IPAllowList', 'Parameters.SenderDomainIs',"
        " 'Parameters.SenderIpRanges') AND coalesce(value, '') NOT IN ('', '$null', '{}')",
        "exempted from the filter by", "filter", usual=0.4, about=EVERYBODY,
    )  # fmt: skip


@detection(
    slug="de-protection-off",
    severity="high",
    attack=["T1562.001"],
    needs=EXCHANGE,
    respond=["report"],
    confidence=0.5,
    benign="A rule that is replaced by another.",
    misses="Protection that was off before the log begins.",
)
def protection_off() -> str:
    """A protection of mail, links, attachments or alerts was removed or switched off."""
    things = ("antiphishpolicy", "antiphishrule", "safelinkspolicy", "safelinksrule", "safeattachmentpolicy",
              "safeattachmentrule", "malwarefilterpolicy", "malwarefilterrule", "protectionalert",
              "hostedcontentfilterrule", "atpprotectionpolicyrule", "eopprotectionpolicyrule")  # fmt: skip
    gone = ", ".join(f"'{verb}-{thing}'" for thing in things for verb in ("remove", "disable"))
    changed = ", ".join(f"'set-{thing}'" for thing in (*things, "dkimsigningconfig", "atppolicyforo365"))
    return setting(
        f"{gone}, {changed}",
        f"name IN ('Parameters.Enabled', 'Parameters.EnableSafeLinksForEmail', 'Parameters.Enable',"
        f" 'Parameters.EnableMailboxIntelligence', 'Parameters.EnableATPForSPOTeamsODB') AND lower(value) IN {_FALSE}"
        f" OR name IN ('Parameters.Disabled', 'Parameters.AllowClickThrough') AND lower(value) IN {_TRUE}"
        " OR name = 'Parameters.Identity' AND event_id IN (SELECT event_id FROM changes"
        f" WHERE lower(operation) IN ({gone}))",
        "switched off the protection", "protection", usual=0.5, about=EVERYBODY,
    )  # fmt: skip


@detection(
    slug="de-label-dlp",
    severity="medium",
    attack=["T1562.001"],
    needs=["ual/Exchange", "ual/SharePoint|ual/OneDrive"],
    respond=["report"],
    confidence=0.4,
    benign="A rule that is replaced; a label that was too strict.",
    misses="Labels taken off by programs that write no record.",
)
def leak_rules_off() -> str:
    """A rule against data leaks was switched off, or a label taken off a file by an unfamiliar hand."""
    return f"""
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time,
               'leak rule:' || lower({NAME}) AS object,
               c.actor || ' switched off the rule "' || {NAME} || '"' || {WHENCE} AS summary, {hand(0.4)} AS confidence
        FROM changes AS c LEFT JOIN (SELECT DISTINCT event_id FROM case_properties
                                     WHERE name = 'Parameters.Mode' AND lower(value) LIKE '%disable%'
                                        OR name = 'Parameters.Disabled' AND lower(value) IN {_TRUE}) AS o
            ON o.event_id = c.event_id {AFTER}
        WHERE {DONE} AND (lower(c.operation) IN ('remove-dlpcompliancepolicy', 'remove-dlpcompliancerule',
                'remove-dlppolicy', 'remove-labelpolicy', 'remove-label')
              OR lower(c.operation) IN ('set-dlpcompliancepolicy', 'set-dlpcompliancerule') AND o.event_id IS NOT NULL)
        UNION ALL
        SELECT s.subject, s.event_id, s.time, 'label:' || coalesce(x.target, ''),
               'the label of ' || coalesce(x.target, 'a file') || ' was removed from ' || s.place, s.sureness - 0.2
        FROM strange_events AS s JOIN case_events AS x ON x.event_id = s.event_id
        WHERE s.operation IN ('FileSensitivityLabelRemoved', 'SensitivityLabelRemoved')
          AND s.grade IN ('clear', 'no_history')
    """


@detection(
    slug="co-ediscovery",
    severity="critical",
    attack=["T1114.002"],
    needs=["ual/others|ual"],
    respond=["review_role", "report"],
    confidence=0.5,
    benign="The legal department's own work, by a person whose task it is.",
    misses="Searches by another account; what was found, which the log does not hold.",
)
def mail_searched_by_power() -> str:
    """With the account all mailboxes were searched, exported or purged by the tools of the legal department."""
    return f"""
        WITH acts AS (
            SELECT e.event_id, e.time, e.actor, lower(e.operation) AS operation, e.target, e.result,
                   e.actor_kind = 'system' AS by_system, s.grade, s.place
            FROM case_events AS e LEFT JOIN strange_events AS s ON s.event_id = e.event_id
            WHERE e.source = 'ual' AND lower(e.operation) IN ('new-compliancesearch', 'start-compliancesearch',
                'new-compliancesearchaction', 'add-ediscoverycaseadmin', 'new-compliancecase', 'new-mailboxsearch',
                'search-mailbox', 'new-mailboxexportrequest', 'searchcreated', 'searchstarted', 'searchexported',
                'searchexportdownloaded', 'searchresultspurged', 'caseadminadded')
        ),
        purges AS (SELECT DISTINCT event_id FROM case_properties
                   WHERE name IN ('Parameters.Purge', 'Parameters.PurgeType', 'Parameters.DeleteContent',
                                  'Parameters.Export') AND lower(coalesce(value, '')) NOT IN ('', 'false', '$false'))
        SELECT c.actor AS subject, c.event_id AS evidence, c.time, 'search:' || lower(coalesce(c.target, '')) AS object,
               c.actor || ': ' || c.operation || coalesce(' "' || c.target || '"', '')
               || CASE WHEN p.event_id IS NOT NULL THEN ', to purge or take away what it finds' ELSE '' END || {WHENCE}
               AS summary,
               least(0.95, {hand(0.4)} + CASE WHEN p.event_id IS NOT NULL THEN 0.1 ELSE 0.0 END) AS confidence
        FROM acts AS c JOIN subjects AS u ON u.upn = c.actor LEFT JOIN purges AS p ON p.event_id = c.event_id {AFTER}
        WHERE {DONE}
    """


@detection(
    slug="pe-fwd-contact",
    severity="high",
    attack=["T1114.003"],
    needs=EXCHANGE,
    respond=["clear_forwarding", "remove_by_hand", "ask_user"],
    confidence=0.8,
    benign="An administrator who sets up the forwarding of somebody who left.",
    misses="Contacts older than the log, or made more than an hour before.",
)
def contact_becomes_target() -> str:
    """A contact for an address outside was made, and within the hour mail was directed to it."""
    return f"""
        WITH made AS (
            SELECT c.event_id, c.time, c.actor, max(lower(p.value)) AS address
            FROM changes AS c JOIN case_properties AS p ON p.event_id = c.event_id
                AND p.name IN ('Parameters.ExternalEmailAddress', 'Parameters.WindowsEmailAddress')
            WHERE lower(c.operation) IN ('new-mailcontact', 'new-mailuser') AND {DONE}
            GROUP BY c.event_id, c.time, c.actor
        ),
        called AS (
            SELECT m.*, lower(p.value) AS called FROM made AS m JOIN case_properties AS p ON p.event_id = m.event_id
            WHERE p.name IN ('Parameters.Name', 'Parameters.Alias', 'Parameters.DisplayName',
                             'Parameters.ExternalEmailAddress')
        ),
        directed AS (
            SELECT c.event_id, c.time, c.subject, c.actor, c.operation,
                   regexp_extract(lower(p.value), '([^/]+)$', 1) AS towards
            FROM changes AS c JOIN case_properties AS p ON p.event_id = c.event_id
            WHERE p.name IN ('Parameters.ForwardingAddress', 'Parameters.ForwardTo', 'Parameters.RedirectTo',
                    'Parameters.ForwardAsAttachmentTo', 'Parameters.BlindCopyTo', 'Parameters.RedirectMessageTo',
                    'Parameters.CopyTo', 'Parameters.JournalEmailAddress') AND {DONE}
        ),
        pairs AS (
            SELECT coalesce(d.subject, d.actor) AS subject, m.event_id AS made, m.time AS made_time, d.event_id, d.time,
                   m.address, d.actor, d.operation
            FROM directed AS d JOIN called AS m ON m.called = d.towards
            WHERE epoch(d.time) - epoch(m.time) BETWEEN 0 AND 3600
        )
        SELECT subject, made AS evidence, made_time AS time, 'contact:' || address AS object,
               actor || ' made a contact for ' || address || ' and directed mail to it (' || operation || ')' AS summary
        FROM pairs
        UNION ALL
        SELECT subject, event_id, time, 'contact:' || address, actor || ' directed mail to ' || address FROM pairs
    """
