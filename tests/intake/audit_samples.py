"""The unified audit log in every form in which it is exported."""

from __future__ import annotations

import json
from typing import Any

from exports import GRAPH_RECORD_COLUMNS, table
from intake.samples import ANNA, EVE, IP, SEEN, WHEN, Sample, cell, guid

PURVIEW = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames"
PORTAL_OLD = "CreationDate,UserIds,Operations,AuditData"
SEARCH = "RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,ResultCount,Identity,IsValid,ObjectState"


def ual(number: int, **given: Any) -> dict[str, Any]:
    """A rule made by the intruder, as AuditData."""
    return {
        "CreationTime": "2026-11-17T08:41:00",
        "Id": guid(number),
        "Operation": "New-InboxRule",
        "OrganizationId": "10000000-0000-4000-8000-000000000000",
        "RecordType": 1,
        "ResultStatus": "True",
        "UserKey": "k",
        "UserType": 2,
        "Version": 1,
        "Workload": "Exchange",
        "UserId": "Anna@contoso.example",
        "ClientIP": f"{IP}:4711",
        "Parameters": [{"Name": "ForwardTo", "Value": EVE}, {"Name": "Name", "Value": "."}],
        **given,
    }


def made(number: int, **given: Any) -> dict[str, Any]:
    """The event that `ual` is."""
    return {
        "event_id": guid(number),
        "time": SEEN,
        "source": "ual",
        "workload": "Exchange",
        "operation": "New-InboxRule",
        "actor": ANNA,
        "actor_kind": "admin",
        "client_ip": IP,
        "result": "success",
        "Parameters.ForwardTo": EVE,
        "Parameters.Name": ".",
        **given,
    }


def purview(*records: dict[str, Any], when: str = WHEN) -> str:
    rows = (f"{r['Id']},{when},{r['RecordType']},{r['Operation']},{ANNA},{cell(json.dumps(r))},,\n" for r in records)
    return f"{PURVIEW}\n{''.join(rows)}"


def searched(*records: dict[str, Any], when: str = "11/17/2026 8:41:00 AM") -> str:
    rows = (
        f"ExchangeAdmin,{when},{ANNA},{r['Operation']},{cell(json.dumps(r))},{n},9,{r['Id']},True,Unchanged\n"
        for n, r in enumerate(records, 1)
    )
    return f"{SEARCH}\n{''.join(rows)}"


def wrapped(record: dict[str, Any], **given: Any) -> dict[str, Any]:
    """What ConvertTo-Json of Windows PowerShell makes of a result of Search-UnifiedAuditLog."""
    return {
        "RecordType": "ExchangeAdmin",
        "CreationDate": "/Date(1763368860000)/",
        "UserIds": ANNA,
        "Operations": record["Operation"],
        "AuditData": record,
        "ResultIndex": 1,
        **given,
    }


def from_graph(number: int) -> dict[str, Any]:
    data = {"@odata.type": "#microsoft.graph.security.defaultAuditData", **ual(number)}
    return {
        "@odata.type": "#microsoft.graph.security.auditLogRecord",
        "id": guid(number),
        "createdDateTime": WHEN,
        "auditLogRecordType": "ExchangeAdmin",
        "operation": "New-InboxRule",
        "organizationId": "10000000-0000-4000-8000-000000000000",
        "userType": "Admin",
        "userId": "k",
        "service": "Exchange",
        "objectId": "",
        "userPrincipalName": ANNA,
        "clientIp": IP,
        "administrativeUnits": [""],
        "auditData": data,
    }


def _as_csv(record: dict[str, Any]) -> dict[str, Any]:
    """UALGraph of Microsoft-Extractor-Suite: the scalars, administrativeUnits joined, auditData as text."""
    told = {**record, "auditData": json.dumps(record["auditData"]), "administrativeUnits": "; "}
    return {name: value for name, value in told.items() if not name.startswith("@")}


_FLAT = (
    "CreationTime,Id,Operation,RecordType,ResultStatus,UserType,Workload,UserId,ClientIP,Parameters,ExtendedProperties"
)

UAL = (
    Sample("purview.csv", purview(ual(1)), "purview-audit-csv", [made(1)]),
    Sample(
        "purview 7 decimals.csv", purview(ual(2), when="2026-01-24T06:54:24.0000000Z "), "purview-audit-csv", [made(2)]
    ),
    Sample("purview us.csv", purview(ual(3), when="9/20/2023 4:05:03 AM"), "purview-audit-csv", [made(3)]),
    Sample(
        "portal of old.csv",
        f"{PORTAL_OLD}\n2019-11-27T17:01:25.0000000Z,{ANNA},New-InboxRule,{cell(json.dumps(ual(4)))}\n",
        "purview-audit-csv",
        [made(4)],
    ),
    Sample("search.csv", searched(ual(5)), "extractor-suite-ual-csv", [made(5)]),
    Sample(
        "search of an australian.csv",  # 3 December; AuditData says when
        searched(ual(6, CreationTime="2025-12-03T07:31:34"), when="3/12/2025 7:31:34 AM"),
        "extractor-suite-ual-csv",
        [made(6, time="2025-12-03 07:31:34")],
    ),
    Sample(
        "search with a type line.csv",
        "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n"
        + searched(ual(7), ual(8)).replace("\n", "\r\n"),
        "extractor-suite-ual-csv",
        [made(7), made(8)],
    ),
    Sample(
        "search in a remote session.csv",
        "PSComputerName,RunspaceId,PSShowComputerName,RecordType,CreationDate,UserIds,Operations,AuditData\n"
        f"outlook.office365.com,r,False,ExchangeAdmin,x,{ANNA},New-InboxRule,{cell(json.dumps(ual(9)))}\n",
        "extractor-suite-ual-csv",
        [made(9)],
    ),
    Sample(
        "search re-serialised.csv",
        searched(ual(10, RecordType="ExchangeAdmin", UserType="DcAdmin", AppAccessContext={})).replace('": ', '":\n  '),
        "extractor-suite-ual-csv",
        [made(10, actor_kind="system")],
    ),
    Sample("mes.json", json.dumps([wrapped(ual(11))]), "extractor-suite-ual-json", [made(11)]),
    Sample("mes of one.json", json.dumps(wrapped(ual(12))), "extractor-suite-ual-json", [made(12)]),
    Sample(
        "mes of ps5.json",
        "    " + json.dumps([wrapped(ual(13))], indent=4).replace("/", "\\/").replace("\n", "\r\n"),
        "extractor-suite-ual-json",
        [made(13)],
    ),
    Sample(
        "mes appended.json",
        json.dumps([wrapped(ual(14))]) + "\r\n" + json.dumps([wrapped(ual(15)), wrapped(ual(16))]),
        "extractor-suite-ual-json",
        [made(14), made(15), made(16)],
    ),
    Sample(
        "mes with text.json",
        json.dumps([wrapped(ual(17), AuditData=json.dumps(ual(17)))]),
        "extractor-suite-ual-json",
        [made(17)],
    ),
    Sample(
        "mes audit data only.jsonl",
        "".join(json.dumps(ual(n)) + "\n" for n in (18, 19)),
        "extractor-suite-ual-json",
        [made(18), made(19)],
    ),
    Sample(
        "audit data as texts.json",  # ... | Select-Object -ExpandProperty AuditData | ConvertTo-Json
        json.dumps([json.dumps(ual(20)), json.dumps(ual(21))]),
        "management-activity-json",
        [made(20), made(21)],
    ),
    Sample(
        "mes audit data only.csv",
        f"{_FLAT}\n2026-11-17T08:41:00,{guid(22)},New-InboxRule,1,True,2,Exchange,{ANNA},{IP},System.Object[],"
        f'"@{{Name=additionalDetails; Value=x}}"\n',
        "audit-data-csv",
        [{"event_id": guid(22), "actor": ANNA, "result": "success", "client_ip": IP, "actor_kind": "admin"}],
        said=("what only other records held is lost", "only the name of a type is left (Parameters in 1)"),
    ),
    Sample(
        "cut by depth.json",
        json.dumps([ual(23, Parameters=[f"@{{Name=ForwardTo; Value={EVE}}}", "@{Name=Name; Value=.}"])]),
        "management-activity-json",
        [made(23)],
    ),
    Sample("maa blob.json", json.dumps([ual(24), ual(25)]), "management-activity-json", [made(24), made(25)]),
    Sample(
        "maa of a data lake.jsonl",
        json.dumps({name.lower(): value for name, value in ual(26).items()}) + "\n",
        "audit-lower-case-json",
        [made(26)],
    ),
    Sample("graph.json", json.dumps({"value": [from_graph(27)]}), "graph-audit-log-record-json", [made(27)]),
    Sample(
        "ualgraph.csv",
        table(GRAPH_RECORD_COLUMNS, _as_csv(from_graph(28))),
        "graph-audit-log-record-csv",
        [made(28)],
    ),
)
