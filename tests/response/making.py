"""Verdicts, findings, objects and accounts for planning; innocent or hostile as a test says."""

from tables import SUBJECT, T0, state

from o365nb.model import CaseVerdict, Context, Finding, Label, Persistence, Severity, Verdict, utc

USER_ID = "0a0a0a0a-0000-4000-8000-000000000001"
SYNCED_ID = "0a0a0a0a-0000-4000-8000-000000000002"


def verdict(kind=Verdict.CONFIRMED, subjects=(SUBJECT,)):
    return CaseVerdict(kind, 50.0, ("Two seeds.",), subjects, utc(T0), utc("2026-11-18T06:00:00Z"))


def finding(key="F1", slug="ia-aitm-session-split", subject=SUBJECT, context=Context.YES, actions=(), **given):
    fields = {
        "title": "A finding",
        "severity": Severity.HIGH,
        "attack": (),
        "first": utc(T0),
        "last": utc(T0),
        "confidence": 0.9,
        "score": 10.0,
        "evidence": ("e1",),
        "summary": "",
        **given,
    }
    return Finding(id=key, slug=slug, subject=subject, context=context, actions=actions, **fields)


def thing(kind, key, verdict=Label.ATTACKER, owner=SUBJECT, **given):
    fields = {
        "description": f"{kind} {key}",
        "because": "made by the attacker",
        "created": None,
        "seen_by": (),
        "finding_ids": ("F1",),
        "remove": verdict is Label.ATTACKER,
        **given,
    }
    return Persistence(kind=kind, id=key, owner=owner, verdict=verdict, **fields)


def user(upn=SUBJECT, user_id=USER_ID, *, synced=False):
    return state("user", upn, owner=upn, user_id=user_id, addresses=[upn], on_premises_synced=synced)
