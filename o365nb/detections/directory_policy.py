"""Doors of the whole directory: conditional access, domains, other organisations, rules for consent and methods."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from o365nb.detections.base import Rows, detection
from o365nb.detections.changed import AFTER, DONE, EVERYBODY, WHENCE, hand, setting

DIRECTORY = "directory_audit|ual/AzureActiveDirectory"
_OF_POLICY = "'ConditionalAccessPolicy', 'PolicyDetail', 'NamedLocation', 'SecurityDefaults', 'IsEnabled', 'Policy'"


def _parsed(text: str | None) -> Any:
    """JSON inside JSON inside a list, as the log writes policies; None where it is something else."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return None
    if isinstance(value, list) and value and isinstance(value[0], str):
        return _parsed(value[0])
    return _parsed(value) if isinstance(value, str) and value != text else value


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar with its path in lower case."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{str(key).lower()}")
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, path)
    elif value is not None:
        yield path, str(value).lower()


def _under(policy: Any, word: str) -> set[str]:
    return {value for path, value in _leaves(policy) if word in path}


def _state(policy: Any) -> str:
    return next((value for path, value in _leaves(policy) if path == ".state"), "")


def weaker(operation: str, old_text: str | None, new_text: str | None) -> str:
    """In what way a policy or named location got weaker, in words; "" when it did not."""
    old, new = _parsed(old_text), _parsed(new_text)
    if "named location" in operation:
        trusted = "true" in _under(new, "trusted")
        wider = _under(new, "range") - _under(old, "range") or "true" not in _under(old, "trusted")
        return "a network is trusted from now on" if trusted and wider else ""
    if "security defaults" in operation:
        return "the security defaults were switched off" if "false" in _under(new, "enabled") or new is False else ""
    if operation.startswith("delete"):
        return "it was deleted" if _state(old) in ("", "enabled") else ""
    if _state(old) == "enabled" and _state(new) not in ("", "enabled"):
        return "it was switched off" if _state(new) == "disabled" else "it only reports from now on"
    if old is not None and (spared := _under(new, "exclude") - _under(old, "exclude")):
        return f"it spares {', '.join(sorted(spared)[:3])} from now on"
    if dropped := _under(old, "control") - _under(new, "control"):
        return f"it no longer asks for {', '.join(sorted(dropped)[:3])}" if new is not None else ""
    return ""


def _weakened(rows: Rows) -> Rows:
    found = []
    for row in rows:
        told = row["said"] or weaker(row["operation"], row["old"], row["new"])
        if told:
            found.append({**row, "summary": f"{row['summary']}: {told}{row['whence']}"})
    return found


@detection(
    slug="pe-ca-weakened",
    severity="critical",
    attack=["T1556.009"],
    needs=[DIRECTORY],
    respond=["remove_by_hand", "report"],
    confidence=0.4,
    refine=_weakened,
    benign="A planned change: a policy tried out, replaced, or an emergency account spared.",
    misses="Changes that add no exception and drop no demand; policies of other products.",
)
def access_policy_weakened() -> str:
    """A conditional access policy was removed, switched off or given an exception, or a network declared trusted."""
    return f"""
        WITH policies AS (
            SELECT event_id, max(CASE WHEN name NOT LIKE '%.old' THEN value END) AS new,
                   max(CASE WHEN name LIKE '%.old' THEN value END) AS old
            FROM case_properties
            WHERE name LIKE 'ModifiedProperties.%'
              AND replace(replace(name, 'ModifiedProperties.', ''), '.old', '') IN ({_OF_POLICY})
            GROUP BY event_id
        )
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time,
               'policy:' || lower(coalesce(c.target, '')) AS object, lower(c.operation) AS operation, p.old, p.new,
               CAST(NULL AS VARCHAR) AS said,
               coalesce(c.actor, 'somebody') || ' changed "' || coalesce(c.target, '') || '"' AS summary,
               {WHENCE} AS whence, {hand(0.4)} AS confidence
        FROM changes AS c LEFT JOIN policies AS p ON p.event_id = c.event_id {AFTER}
        WHERE {DONE} AND (lower(c.operation) IN ('update conditional access policy', 'delete conditional access policy',
                  'add named location', 'update named location', 'update security defaults')
              OR lower(c.operation) IN ('update policy', 'delete policy') AND p.event_id IS NOT NULL)
        UNION ALL
        SELECT coalesce(u.owner, ''), a.key, CAST(NULL AS TIMESTAMP), 'policy:' || lower(coalesce(a.name, '')), '', '',
               '', CASE WHEN a.kind = 'location' THEN 'a network of it is trusted'
                        WHEN u.owner IS NOT NULL THEN 'it spares the account' ELSE 'it is ' || a.state END,
               '"' || coalesce(a.name, '') || '", changed in the time under investigation', '',
               CASE WHEN u.owner IS NOT NULL THEN 0.6 ELSE 0.3 END
        FROM conditional_access AS a CROSS JOIN case_window AS w
        LEFT JOIN (SELECT x.key, lower(x.person) AS person
                   FROM (SELECT key, unnest(exclude_users) AS person FROM conditional_access) AS x) AS e
            ON e.key = a.key
        LEFT JOIN (SELECT s.upn AS owner, lower(max(v.user_id)) AS user_id FROM subjects AS s
                   JOIN users AS v ON v.owner = s.upn GROUP BY s.upn) AS u ON u.user_id = e.person
        WHERE coalesce(a.changed, a.created) >= w.start_time AND coalesce(a.changed, a.created) < w.end_time
          AND (a.kind = 'policy' AND u.owner IS NOT NULL
               OR coalesce(a.changed, a.created) >= (SELECT min(since) FROM break_ins)
                  AND (a.kind = 'location' AND a.trusted OR a.kind = 'policy' AND a.state <> 'enabled'))
    """


@detection(
    slug="pe-federation",
    severity="critical",
    attack=["T1484.002"],
    needs=[DIRECTORY],
    respond=["remove_by_hand", "report"],
    confidence=0.5,
    benign="A migration, or a new domain of the company's own.",
    misses="Domains that were federated before the log begins; keys taken from a federation server.",
)
def domain_federated() -> str:
    """Who vouches for the users of a domain was changed, or a domain was added: whoever does can sign in as anybody."""
    return setting(
        "'set domain authentication', 'set federation settings on domain', 'add verified domain', 'verify domain',"
        " 'add unverified domain'",
        "name IN ('ModifiedProperties.LiveType', 'ModifiedProperties.IssuerUri', 'ModifiedProperties.Name',"
        " 'ModifiedProperties.FederationSettings', 'ModifiedProperties.SigningCertificate', 'Target.Other')"
        " AND coalesce(value, '') NOT IN ('', '[]') OR name = 'Category' AND value = 'DirectoryManagement'",
        "changed the domain", "domain", usual=0.5, about=EVERYBODY,
    )  # fmt: skip


@detection(
    slug="pe-xtenant-trust",
    severity="high",
    attack=["T1484.002"],
    needs=[DIRECTORY],
    respond=["remove_by_hand", "report"],
    confidence=0.4,
    benign="A project with another organisation; a new service provider.",
    misses="Trust given before the log begins.",
)
def other_tenant_trusted() -> str:
    """Another organisation was given trust: its people are let in, synchronised or made administrators here."""
    return f"""
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time,
               'tenant:' || lower(coalesce(c.target, '')) AS object,
               coalesce(c.actor, 'somebody') || ' gave another organisation rights here (' || c.operation || ' '
               || coalesce(c.target, '') || ')' || {WHENCE} AS summary, {hand(0.4)} AS confidence
        FROM changes AS c {AFTER}
        WHERE lower(c.operation) IN ('add a partner to cross-tenant access setting',
                'update a partner cross-tenant access setting',
                'update the company default cross-tenant access setting',
                'create a partner cross-tenant identity sync setting', 'add partner to company',
                'update a partner cross-tenant identity sync setting', 'set partnership')
          AND {DONE}
    """


@detection(
    slug="pe-consent-policy",
    severity="high",
    attack=["T1556"],
    needs=[DIRECTORY],
    respond=["remove_by_hand", "report"],
    confidence=0.4,
    benign="The IT department lets people connect applications, or rolls out a new way to prove one's identity.",
    misses="Rules that were loose before the log begins.",
)
def consent_rules_loosened() -> str:
    """The rules for consents, guests or sign-in methods were loosened for the whole organisation."""
    return setting(
        "'update authorization policy', 'add permission grant policy', 'update permission grant policy',"
        " 'update authentication methods policy', 'authentication methods policy update', 'set password policy'",
        "name = 'ModifiedProperties.PermissionGrantPolicyIdsAssignedToDefaultUserRole' AND lower(value) LIKE '%legacy%'"
        " OR name IN ('ModifiedProperties.AllowUserConsentForRiskyApps', 'ModifiedProperties.AllowInvitesFrom')"
        " AND (lower(value) LIKE '%true%' OR lower(value) LIKE '%everyone%')"
        " OR name LIKE 'ModifiedProperties.PermissionGrant%' AND lower(value) LIKE '%include%'"
        " OR name IN ('ModifiedProperties.OpenIdConnectConfiguration',"
        " 'ModifiedProperties.AuthenticationMethodsPolicy',"
        " 'ModifiedProperties.AuthenticationMethodConfigurations') AND coalesce(value, '') NOT IN ('', '[]')",
        "loosened", "rules", usual=0.4, about=EVERYBODY,
    )  # fmt: skip


@detection(
    slug="de-risk-dismissed",
    severity="high",
    attack=["T1562"],
    needs=["directory_audit"],
    respond=["confirm_compromised", "report"],
    confidence=0.4,
    benign="The security team looked at it and found nothing.",
    misses="Risk that the user cleared by a new password or prompt, as the policy allows.",
)
def risk_dismissed() -> str:
    """Somebody told Identity Protection that the account's risk is none."""
    return f"""
        SELECT coalesce(c.subject, c.actor) AS subject, c.event_id AS evidence, c.time, 'risk' AS object,
               coalesce(c.actor, 'somebody') || ' dismissed the risk of ' || coalesce(c.target, 'an account')
               || {WHENCE} AS summary,
               CASE WHEN c.own_hand THEN greatest(0.6, {hand(0.6)}) ELSE {hand(0.4)} END AS confidence
        FROM changes AS c {AFTER}
        WHERE lower(c.operation) IN ('dismissuser', 'dismiss user', 'confirmsafe', 'confirm safe')
          AND {DONE} AND c.subject IS NOT NULL
    """
