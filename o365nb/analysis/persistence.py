"""The inventory of everything that could let somebody back in: the attacker's and the innocent alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from o365nb.analysis.base import Labels, moment, short, subjects_of
from o365nb.analysis.persistence_item import item, was_read
from o365nb.analysis.persistence_log import logged_items
from o365nb.analysis.persistence_mail import delegates, forwarding, mail_flow, past_forwarding
from o365nb.analysis.persistence_state import Standing, without_twins
from o365nb.analysis.reconcile import Log, Origin, Row, changes_of, rule_events, rule_keys
from o365nb.case import Ledger
from o365nb.engine import Engine
from o365nb.model import Finding, Label, Persistence


def inventory(
    engine: Engine, ledger: Ledger, labels: Labels, origins: Mapping[str, Origin], found: Iterable[Finding]
) -> list[Persistence]:
    """Every inbox rule, forwarding, delegate, grant, method, device, role and setting, with a verdict and the reason.

    What stands is told once, with the log's events in its origin; what only the log tells of is told with its fate.
    Of people outside the case, only what is the attacker's.
    """
    cited: dict[str, list[str]] = {}
    for finding in found:
        for key in finding.evidence:
            cited.setdefault(key, []).append(finding.id)
    log = Log(engine, labels)
    standing = Standing(engine, log).found
    claimed = {
        *(event for origin in origins.values() for event in origin.events),
        *(event for *_, origin in standing for event in origin.events),
    }
    told = [
        *_rules(engine, ledger, log, origins, cited),
        *forwarding(engine, origins, cited),
        *past_forwarding(engine, log, cited),
        *delegates(engine, log, cited),
        *mail_flow(engine, log, cited),
        *_grants(engine, origins, cited),
        *_methods(engine, origins, cited),
        *_devices(engine, origins, cited),
    ]
    made = [
        *without_twins(told, standing),
        *(item(kind, row, words, origin, cited) for kind, row, words, origin in standing),
        *(
            item(kind, row, words, origin, cited, removed=gone)
            for kind, row, words, origin, gone in logged_items(engine, ledger, log, claimed)
        ),
    ]
    mine = {*subjects_of(engine), ""}
    made = [one for one in made if one.owner in mine or one.verdict is Label.ATTACKER]
    order = (Label.ATTACKER, Label.UNKNOWN, Label.USER)
    return sorted(made, key=lambda one: (order.index(one.verdict), one.kind, one.owner, one.id))


def _rules(
    engine: Engine, ledger: Ledger, log: Log, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]
) -> Iterator[Persistence]:
    changes = rule_events(engine)
    standing: set[tuple[str, str]] = set()
    for row in engine.rows("SELECT * FROM inbox_rules ORDER BY key"):
        standing |= {((row["owner"] or "").lower(), key) for key in rule_keys(row)}
        yield item("inbox_rule", row, rule_words(row), origins[row["key"]], cited)
    told: set[str] = set()
    for (owner, _), events in changes.items():
        if events[0]["event_id"] in told:
            continue
        whole = _same_rule(events, changes)
        told |= {row["event_id"] for row in whole}
        if any((owner, key) in standing for row in whole for key in rule_keys(row)):
            continue
        sets = [row for row in whole if row["change"] == "set"]
        if sets:
            yield _gone(owner, whole, sets, log, ledger, cited)


def _same_rule(events: list[Row], changes: Mapping[tuple[str, str], list[Row]]) -> list[Row]:
    """Every event of the rule that these events are about: a rename or a removal by id belongs to it."""
    found = {row["event_id"]: row for row in events}
    for row in events:
        found.update({other["event_id"]: other for other in changes_of(row, changes)})
    return sorted(found.values(), key=lambda row: (row["time"], row["event_id"]))


def _gone(
    owner: str, whole: list[Row], sets: list[Row], log: Log, ledger: Ledger, cited: Mapping[str, list[str]]
) -> Persistence:
    """A rule of the log that does not stand: removed, or hidden from what was read."""
    last = whole[-1]
    removed = last["change"] == "remove"
    hidden_read = was_read("inbox_rules.hidden", owner, ledger)
    if removed:
        fate = f"removed at {moment(last['time'])}"
    elif hidden_read:
        fate = "not among the rules that stand, hidden ones included: removed without a trace in the log"
    elif was_read("inbox_rules", owner, ledger):
        fate = "not among the visible rules: removed or hidden; hidden rules were not read"
    else:
        fate = "the rules that stand were not read: it must be taken to stand"
    origin = log.origin(sets) or Origin(Label.UNKNOWN, "known from the log only")
    row = {
        **sets[-1],
        "key": f"inbox_rule:{owner}:{sets[-1]['rule_id'] or sets[-1]['name'] or sets[-1]['event_id']}",
        "owner": owner,
        "seen_by": ["log"],
    }
    origin = Origin(origin.label, f"{origin.because}; {fate}", origin.created, tuple(one["event_id"] for one in whole))
    return item("inbox_rule", row, rule_words(row), origin, cited, removed=removed or hidden_read)


def rule_words(row: Mapping[str, Any]) -> str:
    """What a rule does, in words."""
    does = []
    outside = [*(row["forward_to"] or ()), *(row["forward_as_attachment_to"] or ())]
    if outside:
        does.append(f"forwards to {', '.join(outside)}")
    if row["redirect_to"]:
        does.append(f"redirects to {', '.join(row['redirect_to'])}")
    if row["move_to_folder"]:
        does.append(f'moves to "{short(row["move_to_folder"], 60)}"')
    if row["copy_to_folder"]:
        does.append(f'copies to "{short(row["copy_to_folder"], 60)}"')
    does += [words for column, words in (("deletes", "deletes"), ("mark_as_read", "marks as read")) if row[column]]
    when = [*(row["words"] or ()), *(row["from_addresses"] or ())]
    limit = f" mail with {', '.join(short(word, 40) for word in when[:8])}" if when else ""
    if not when and row["has_conditions"] is False:
        limit = " mail that Outlook takes for junk" if row["name"] == "Junk E-mail Rule" else " all mail"
    otherwise = "stops later rules for" if row.get("stop_processing") else "does something not shown here with"
    marks = [word for word, on in (("hidden", row.get("hidden")), ("switched off", row["enabled"] is False)) if on]
    aside = f" ({', '.join(marks)})" if marks else ""
    name = f'"{short(row["name"], 60)}"' if row["name"] else "without a name"
    return f"Inbox rule {name}{aside}: {', '.join(does) or otherwise}{limit}"


def _grants(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM oauth_grants ORDER BY key"):
        whom = "everybody" if row["consent_type"] == "AllPrincipals" else "this account"
        name = short(row["app_name"] or row["app_id"] or row["client_id"] or "an application", 80)
        scopes = short(" ".join(row["scopes"] or ()), 200)
        yield item("oauth_grant", row, f'"{name}" may use, for {whom}: {scopes}', origins[row["key"]], cited)


def _methods(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM auth_methods ORDER BY key"):
        name = row["display_name"] or row["phone_number"] or row["device_tag"] or ""
        words = f"{row['method_type'] or 'method'}{f' “{short(name, 60)}”' if name else ''}"
        yield item("auth_method", row, f"Way to prove the identity: {words}", origins[row["key"]], cited)


def _devices(engine: Engine, origins: Mapping[str, Origin], cited: Mapping[str, list[str]]) -> Iterator[Persistence]:
    for row in engine.rows("SELECT * FROM devices ORDER BY key"):
        if row["seen_by"] and set(row["seen_by"]) <= {"intune", "defender", "export"} != {"export"}:
            continue  # looked after, or merely seen: what lets somebody in is the registration and the partnership
        origin = origins[row["key"]]
        managed = "managed" if row["managed"] else "not managed"
        system = f"{row['os'] or 'unknown system'} {row['os_version'] or ''}".strip()
        words = f'Device "{short(row["name"] or "", 60)}", {system}, {managed}'
        yield item("device", row, words, origin, cited)
