"""Oddities that files really have: containers, encodings, ids, damage, drifting types, times, addresses, names."""

from __future__ import annotations

import codecs
import gzip
import json
from typing import Any

from exports import SIGN_IN_COLUMNS, TRACE_COLUMNS, portal_sign_in, table
from intake.audit_samples import PORTAL_OLD, made, purview, searched, ual, wrapped
from intake.log_samples import sent, traced
from intake.samples import ANNA, BOB, EVE, SEEN, Sample, cell, guid

LINES, LIST, PORTAL = "extractor-suite-ual-json", "management-activity-json", "purview-audit-csv"


def lines(*records: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def one(name: str, number: int, content: str | bytes, shape: str = LIST, **given: Any) -> Sample:
    """A sample that is one record of the audit log, whatever lies around it."""
    return Sample(name, content, shape, [made(number)], **given)


CONTAINERS = (
    one("one.json", 701, json.dumps(ual(701))),
    one("pretty.json", 702, json.dumps(ual(702), indent=4)),
    one("value.json", 703, json.dumps({"@odata.context": "x", "value": [ual(703)]})),
    one("records.json", 704, json.dumps({"records": [ual(704)]})),
    one("blanks.json", 705, "\r\n \t " + json.dumps([ual(705)], indent=1).replace("\n", "\r\n")),
    one("nulls.json", 706, json.dumps([None, ual(706), None])),
    Sample("behind one another.json", json.dumps(ual(707)) + json.dumps(ual(708), indent=2) + json.dumps([ual(709)]),
           LIST, [made(707), made(708), made(709)]),
    Sample("lines.json", lines(ual(710), ual(711)).replace("\n", "\r\n\r\n"), LINES, [made(710), made(711)]),
    Sample("marks between.json", b"".join(codecs.BOM_UTF8 + lines(ual(n)).encode() for n in (712, 713)), LINES,
           [made(712), made(713)]),
    Sample("header twice.csv", purview(ual(714)) + purview(ual(715)), PORTAL, [made(714), made(715)]),
    Sample("lines of lists.json", f"{json.dumps([ual(716)])}\n{json.dumps([ual(717), ual(718)])}\n", LINES,
           [made(716), made(717), made(718)]),
    one("trailing comma.json", 719, f"[{json.dumps(ual(719))},]"),
    one("semicolons.csv", 720,
        f"CreationDate;UserIds;Operations;AuditData\nx;{ANNA};x;{cell(json.dumps(ual(720)))}\n", PORTAL),
    one("sep line.csv", 721, "sep=,\r\n" + purview(ual(721)), PORTAL),
    one("blank header.csv", 722,
        purview(ual(722)).replace("RecordId,", " RecordId ,").replace("UserId,", "UserId  ,"), PORTAL),
)  # fmt: skip

_ZOE = {"UserId": "Zoë@contoso.example"}
_HER = {"actor": "zoë@contoso.example"}
ENCODINGS = (
    one("mark.csv", 731, codecs.BOM_UTF8 + purview(ual(731)).encode(), PORTAL),
    one("utf-16 with mark.csv", 732, purview(ual(732)).encode("utf-16"), PORTAL),
    one("utf-16 without mark.csv", 733, purview(ual(733)).encode("utf-16-le"), PORTAL),
    one("utf-16 big.json", 734, codecs.BOM_UTF16_BE + json.dumps([ual(734)]).encode("utf-16-be")),
    one("utf-16 big without mark.json", 735, json.dumps([ual(735)]).encode("utf-16-be")),
    Sample("utf-16 lines.json", lines(ual(736), ual(737)).encode("utf-16"), LINES, [made(736), made(737)]),
    one("packed.csv.gz", 738, gzip.compress(codecs.BOM_UTF8 + purview(ual(738)).encode(), mtime=0), PORTAL),
    Sample("windows-1252.csv", purview(ual(739, **_ZOE)).replace("\\u00eb", "ë").encode("cp1252"), PORTAL,
           [made(739, **_HER)], said=("It is not UTF-8 (line 2): read as Windows-1252, which may be wrong.",)),
    Sample("one byte damaged.json",
           json.dumps([ual(740, **_ZOE), ual(741, ClientInfoString="x?x")], ensure_ascii=False).encode()
           .replace(b"x?x", b"\xff"),
           LIST, [made(740, **_HER), made(741, client_app="\ufffd")], said=("1 bytes in it are no UTF-8",)),
)  # fmt: skip

_CUT = json.dumps(ual(753, ClientInfoString="x" * 4000))[:3060]
_EXCEL = json.dumps({**ual(754), "Parameters": [{"Name": "Body", "Value": "x" * 40_000}]})[:32_767]


def old(*cells: str, when: str = "2026-11-17T08:41:00Z") -> str:
    return PORTAL_OLD + "\n" + "".join(f"{when},{ANNA},New-InboxRule,{cell(text)}\n" for text in cells)


_PART = {"actor": ANNA, "operation": "New-InboxRule", "time": SEEN}
_REDACTED = "*REDACTED*"
DAMAGE = (
    Sample("overlap.json", lines(ual(751), ual(752), ual(751), ual(752), ual(751)), LINES, [made(751), made(752)],
           figures=(5, 3, 0, 0)),
    Sample("useless ids.json",
           lines(*(ual(0, Id=_REDACTED, ObjectId=name) for name in ("a", "b", "a"))), LINES,
           [{"target": "a", **_PART}, {"target": "b", **_PART}], figures=(3, 1, 0, 0)),
    Sample("cut at 3060.csv", old(_CUT), PORTAL,
           [{"event_id": guid(753), **_PART, "Damaged": "AuditData is cut or is not JSON"}], figures=(1, 0, 0, 1),
           said=("AuditData is cut or is not JSON: kept what could be read",)),
    Sample("cut by excel.csv", searched(ual(755)) + f"ExchangeAdmin,x,{ANNA},New-InboxRule,{cell(_EXCEL)},2,9,,True,\n",
           "extractor-suite-ual-csv", [made(755), {"event_id": guid(754), "actor": ANNA, "time": SEEN}],
           figures=(2, 0, 0, 1)),
    Sample("empty audit data.csv", old(""), PORTAL, [{**_PART, "Damaged": "AuditData is empty"}],
           figures=(1, 0, 0, 1)),
    Sample("nothing usable.csv", old("{", json.dumps(ual(756)), when="soon").replace("New-InboxRule,", ","), PORTAL,
           [made(756)], figures=(2, 0, 1, 1),
           said=("line 2: AuditData is cut or is not JSON: nothing usable is left",)),
    Sample("cut line.json", lines(ual(757)) + json.dumps(ual(758))[:99] + "\n" + lines(ual(759)), LINES,
           [made(757), made(759)], figures=(3, 0, 1, 1)),
    Sample("cut list.json", json.dumps([ual(760), ual(761), ual(762)])[:-40], LIST, [made(760), made(761)],
           figures=(3, 0, 1, 1), said=("the JSON is cut or damaged from here on",)),
    Sample("audit data as null.json", json.dumps([wrapped(ual(763)), wrapped(ual(764), AuditData=None)]), LINES,
           [made(763), {"actor": ANNA, "time": "2025-11-17 08:41:00"}], figures=(2, 0, 0, 1)),
)  # fmt: skip


def drift(name: str, number: int, given: dict[str, Any], **became: Any) -> Sample:
    return Sample(name, json.dumps([ual(number, **given)]), LIST, [made(number, **became)])


_NO_PARAMETERS = {"Parameters.ForwardTo": None, "Parameters.Name": None}
STATUSES: tuple[tuple[Any, str], ...] = (
    *((status, "success") for status in (True, "TRUE", "Succeeded", "Success", "Successful", "PartiallySucceeded")),
    *((status, "failure") for status in (False, "False", "Failed")),
    *((status, "unknown") for status in ("New", "", None, [])),
)
_DEEP = json.dumps([{"ActionType": "Forward", "Recipients": json.dumps([json.dumps({"Address": EVE})])}])
TYPES = (
    drift("type text.json", 801, {"RecordType": "20", "UserType": "Regular"}, actor_kind="user"),
    drift("type word.json", 802, {"RecordType": "ExchangeItemAggregated", "UserType": "Admin"}),
    *(drift(f"result {number}.json", number, {"ResultStatus": status}, result=result)
      for number, (status, result) in enumerate(STATUSES, 803)),
    drift("external text.json", 821, {"ExternalAccess": "false"}, ExternalAccess="false"),
    drift("external.json", 822, {"ExternalAccess": False}, ExternalAccess="false"),
    drift("parameters text.json", 823, {"Parameters": "-ForwardTo x"}, **_NO_PARAMETERS, Parameters="-ForwardTo x"),
    drift("parameters texts.json", 824, {"Parameters": ["-Force", "-Name x"]}, **_NO_PARAMETERS, Parameters="-Name x"),
    drift("parameters empty.json", 825, {"Parameters": ""}, **_NO_PARAMETERS),
    drift("parameters in text.json", 826, {"Parameters": json.dumps(ual(0)["Parameters"])}),
    drift("no value.json", 827, {"OperationProperties": [{"Name": "RuleName"}, {"Name": "RuleId", "Value": "7"}]},
          **{"OperationProperties.RuleName": None, "OperationProperties.RuleId": "7"}),
    drift("no old value.json", 828, {"ModifiedProperties": [{"Name": "Role", "NewValue": "Admin"}]},
          **{"ModifiedProperties.Role": "Admin", "ModifiedProperties.Role.old": None}),
    drift("modified texts.json", 829, {"ModifiedProperties": ["Role", "Name"]}, ModifiedProperties="Name"),
    drift("three levels.json", 830, {"OperationProperties": [{"Name": "RuleActions", "Value": _DEEP}]},
          **{"OperationProperties.RuleActions": _DEEP}),
    drift("numbers.json", 831, {"Parameters": [{"Name": "Size", "Value": 7}, {"Name": "Big", "Value": 10**25}]},
          **_NO_PARAMETERS, **{"Parameters.Size": "7", "Parameters.Big": "1e+25"}),
)  # fmt: skip


def trace(number: int, when: str, **given: Any) -> dict[str, Any]:
    return traced(number, Received=when, **given)


TIMES = (
    Sample("times.json", json.dumps([
        ual(841, CreationTime="2026-11-17T08:41:00.123456"), ual(842, CreationTime="2026-11-17T08:41:00.1234567Z"),
        ual(843, CreationTime="2026-11-17T10:41:00+02:00"), ual(844, CreationTime="/Date(1763368860000)/"),
        ual(845, CreationTime="2026-11-17 08:41:00")]), LIST,
        [made(841, time=f"{SEEN}.123456"), made(842, time=f"{SEEN}.123456"), made(843),
         made(844, time="2025-11-17 08:41:00"), made(845)]),
    Sample("day first.csv",  # one 17th tells the order of all of them
           table(TRACE_COLUMNS, trace(846, "03/12/2026 07:31:34"), trace(847, "17/11/2026 08:41:00")),
           "message-trace-csv", [sent(846, time="2026-12-03 07:31:34"), sent(847)]),
    Sample("either.csv", table(TRACE_COLUMNS, trace(848, "3/12/2026 7:31:34 AM")), "message-trace-csv",
           [sent(848, time="2026-03-12 07:31:34")],
           said=("It cannot be told in what order the file writes day and month: dates such as 3/12/2026",)),
    Sample("both.csv", table(TRACE_COLUMNS, trace(849, "17/11/2026 08:41:00"), trace(850, "11/17/2026 08:41:00")),
           "message-trace-csv", [sent(849), sent(850)], said=("dates are written in two ways",)),
    Sample("german.csv", table(TRACE_COLUMNS, trace(851, "03.12.2026 07:31:34")), "message-trace-csv",
           [sent(851, time="2026-12-03 07:31:34")]),
    Sample("words.csv", table(TRACE_COLUMNS, trace(852, "Nov 17, 2026 8:41:00\u202fAM")), "message-trace-csv",
           [sent(852)]),
    Sample("no time.csv", table(TRACE_COLUMNS, trace(853, ""), trace(854, "2026-11-17T08:41:00.0000000")),
           "message-trace-csv", [sent(854)], figures=(2, 0, 1, 1), said=("the message has no time that can be read",)),
)  # fmt: skip

ADDRESSES = (
    ("1.2.3.4", "1.2.3.4"), ("1.2.3.4:5678", "1.2.3.4"), ("[2a01:db8::1]:36185", "2a01:db8::1"),
    ("2A01:0DB8:0:0::1", "2a01:db8::1"), ("::ffff:1.2.3.4", "1.2.3.4"), ("[1.2.3.4]", "1.2.3.4"), ("<null>", None),
    ("", None), ("mail.contoso.example", None), ("NOTANIPV4 (10.9000.0.1)", None), ("::1", None),
    ("[::ffff:1.2.3.4]:443", "1.2.3.4"), (None, None), (7, None),
)  # fmt: skip
FIELDS = ("ClientIP", "ClientIPAddress", "ActorIpAddress", "Client_IPAddress")
ACTORS = (
    ("ANNA@Contoso.Example", ANNA, "admin"),
    ("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)",
     "nt authority\\system (microsoft.exchange.servicehost)", "system"),
    ("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.Servicehost)",
     "nt authority\\system (microsoft.exchange.servicehost)", "system"),
    ("ServicePrincipal_10000000-0000-4000-8000-000000000000",
     "serviceprincipal_10000000-0000-4000-8000-000000000000", "service_principal"),
    ("Not Available", "not available", "unknown"),
    ("Certificate", "certificate", "system"),
    ("S-1-5-18", "s-1-5-18", "system"),
    ("10000000-0000-4000-8000-000000000000", "10000000-0000-4000-8000-000000000000", "unknown"),
    ("app@sharepoint", "app@sharepoint", "system"),
    ("i:0h.f|membership|bob@contoso.example", BOB, "admin"),
)  # fmt: skip
OPERATIONS = (
    ("Consent to application.", "Consent to application"),
    ("Update application – Certificates and secrets management ",
     "Update application - Certificates and secrets management"),
    ("Set-Mailbox", "Set-Mailbox"),
    ("UpdateInboxRules", "UpdateInboxRules"),
)  # fmt: skip


def listed(name: str, first: int, records: list[tuple[dict[str, Any], dict[str, Any]]]) -> Sample:
    numbered = [(ual(first + n, **given), made(first + n, **became)) for n, (given, became) in enumerate(records)]
    return Sample(name, lines(*(record for record, _ in numbered)), LINES, [event for _, event in numbered])


_NOWHERE: dict[str, Any] = dict.fromkeys(FIELDS)
NAMES = (
    listed("addresses.json", 900, [({**_NOWHERE, "ClientIP": text}, {"client_ip": ip}) for text, ip in ADDRESSES]),
    listed("address fields.json", 920, [({**_NOWHERE, name: "1.2.3.4"}, {"client_ip": "1.2.3.4"}) for name in FIELDS]),
    listed("actors.json", 930, [({"UserId": text}, {"actor": who, "actor_kind": kind}) for text, who, kind in ACTORS]),
    listed("operations.json", 950, [({"Operation": text}, {"operation": name}) for text, name in OPERATIONS]),
    Sample("portal twice a column.csv",
           table(SIGN_IN_COLUMNS, portal_sign_in(**{"Request ID": guid(960), "Location": "Melbourne, Victoria, AU"})),
           "entra-portal-sign-in-csv", [{"event_id": guid(960), "country": "AU", "city": "Melbourne"}]),
)  # fmt: skip

_ITEMS = [{"InternetMessageId": "<a@x>", "SizeInBytes": 7}, {"InternetMessageId": "<b@x>"}]
_MAIL = [{"Path": "\\Inbox", "FolderItems": _ITEMS}]
_READ = {"Operation": "MailItemsAccessed", "RecordType": 50, "Parameters": None}
_OPENED = {"operation": "MailItemsAccessed", **_NO_PARAMETERS}


def access(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in pairs]


MAIL_ITEMS = (
    listed("mail items.json", 970, [
        ({**_READ, "Folders": _MAIL,
          "OperationProperties": access(("MailAccessType", "Bind"), ("IsThrottled", "False"))},
         {**_OPENED, "message_ids": ["<a@x>", "<b@x>"], "folders": ["\\Inbox"],
          "OperationProperties.MailAccessType": "Bind"}),
        ({**_READ, "Folders": json.dumps(_MAIL)}, {**_OPENED, "message_ids": ["<a@x>", "<b@x>"]}),
        ({**_READ, "Folder": {"Path": "\\Sent"}, "OperationProperties": access(("MailAccessType", "Sync"))},
         {**_OPENED, "message_ids": [], "folders": ["\\Sent"], "OperationProperties.MailAccessType": "Sync"}),
        ({**_READ, "OperationCount": 7, "AppAccessContext": {"AADSessionId": "s-7", "UniqueTokenId": "t-7"}},
         {**_OPENED, "OperationCount": "7", "session_id": "s-7", "token_id": "t-7"}),
        ({**_READ, "Folders": [{"Path": "\\Sub", "Id": "x"}]}, {**_OPENED, "message_ids": [], "folders": ["\\Sub"]}),
    ]),
)  # fmt: skip

ODD = (*CONTAINERS, *ENCODINGS, *DAMAGE, *TYPES, *TIMES, *NAMES, *MAIL_ITEMS)
