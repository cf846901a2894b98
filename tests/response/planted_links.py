"""Sharing links in a practice tenant: the attacker's and the user's own on one file, and the log that tells of them."""

import copy

from response.making import finding, thing, user, verdict
from tables import SUBJECT, event, make_case

from o365nb.engine import Engine
from o365nb.model import utc
from o365nb.practice import shared_files
from o365nb.response import make_plan

SITE = f"personal/{SUBJECT.replace('@', '_').replace('.', '_')}"
HOSTILE = "Q1'); Remove-Item -Recurse C:\\ #50% <b>final</b>?.xlsx"
THEIRS, OWN = shared_files.link("theirs"), shared_files.link("own", kind="edit")
MADE = "2026-11-17T10:00:00Z"


def plant(server, name=HOSTILE):
    """One file with two links; the address under which the log knows it."""
    for link in (OWN, THEIRS):
        made = copy.deepcopy(link)
        shared_files.share(server.state.objects, server.state.person(SUBJECT), SITE, name, made)
    server.state.save()
    return name


def records(name=HOSTILE, link=THEIRS, *, at=MADE, ip="203.0.113.91", session="s-bad", key="made"):
    """What the log writes when a link is made: the link's own record, and the one that names its group."""
    target = shared_files.address(SITE, name)
    about = {"workload": "OneDrive", "actor": SUBJECT, "target": target, "client_ip": ip, "session_id": session}
    named = [{"name": "TargetUserOrGroupName", "value": shared_files.group(SITE, name, link)}]
    return [
        event(event_id=key, operation="AnonymousLinkCreated", time=utc(at), **about),
        event(event_id=f"{key} set", operation="SharingSet", time=utc(at), properties=named, **about),
    ]


def item(key="made"):
    return thing("sharing_link", f"sharing_link:{SUBJECT}:{key}", description="A sharing link was made")


def case_of(name, folder, events=None, items=None):
    """The case and the plan for it."""
    before = records(name, OWN, at="2026-11-01T09:00:00Z", ip="198.51.100.12", session="own", key="before")
    case = make_case(folder, events=events or [*before, *records(name)], users=[user()])
    case.store("users", "users.json", b"{}", shape="graph-user-json", records=1)
    with Engine(case) as engine:
        return case, make_plan(verdict(), [finding(first=None, last=None)], items or [item()], engine)
