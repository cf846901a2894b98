"""Tables read in place by Spark make the same case as the same rows in exported files."""

import json
import re
from datetime import datetime

import pytest
from evidence import real
from exports import SENTINEL_AUDIT, SENTINEL_SIGN_IN
from pyspark.sql import SparkSession

from o365nb import intake, investigate, workbench
from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.errors import BadInput
from o365nb.events.schema import TABLES
from o365nb.intake import csv_text, lake, log_tables
from o365nb.progress import Progress
from o365nb.request import Request

SUBJECT = "adelev@contoso.onmicrosoft.com"
_PORTAL = re.compile(r"\d+/\d+/\d{4}, [\d:.]+ [AP]M")


def table(path):
    """The rows of a real export, as the table itself would have them: its own names, times that are times."""
    text = real(f"sentinel-training-lab/{path}").decode("utf-8-sig")
    return [
        {name: _time(cell) for name, cell in log_tables.plain(row.cells).items()} for row in csv_text.rows(path, text)
    ]


def _time(cell):
    if not isinstance(cell, str) or not _PORTAL.fullmatch(cell):
        return cell
    return datetime.strptime(cell, "%m/%d/%Y, %I:%M:%S.%f %p").isoformat() + "Z"  # noqa: DTZ007 - the Z says it


def frame(rows, *times):
    """A DataFrame of these rows: text, and timestamps where the table has them, in three partitions."""
    spark = SparkSession.getActiveSession()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    values = [tuple(row.get(name) or None for name in columns) for row in rows]
    fields = ", ".join(f"`{name}` STRING" for name in columns)
    made = spark.createDataFrame(spark.sparkContext.parallelize(values, 3), fields)
    for name in times:
        made = made.withColumn(name, made[name].cast("TIMESTAMP_LTZ"))
    return made


def sign_ins():
    """The same sign-in twice, one beside it, one whose time is lost."""
    one = {**SENTINEL_SIGN_IN, "UserPrincipalName": SUBJECT, "Id": "00000000-0000-4000-8000-000000000001"}
    other = {**one, "Id": "00000000-0000-4000-8000-000000000002", "CreatedDateTime": "2026-11-17T09:00:00.123456Z"}
    return [one, one, other, {**one, "CreatedDateTime": "", "TimeGenerated": ""}]


def content(case):
    """Every table but for the names of the files, and what became of every record."""
    with Engine(case) as engine:
        tables = {
            name: sorted(repr({**row, "raw_file": ""}) for row in engine.rows(f"SELECT * FROM {name}"))
            for name in TABLES
        }
    files = [(one.name, one.shape, one.received, one.duplicates, one.lost, one.damaged, one.reasons, one.spans)
             for one in intake.TableCounts.load(case.tables).files]  # fmt: skip
    ledger = [(one.source, one.subject, one.outcome, one.reason, one.window) for one in case.ledger.entries()]
    return tables, files, ledger


def request(root, name):
    return Request(case=name, users=(SUBJECT,), data=root / "data", reports=root / "reports")


def test_tables_in_place_make_the_same_case_as_their_export(cluster, tmp_path):
    rows = {
        "SigninLogs": table("sign-in_adelete.csv"),
        "AADNonInteractiveUserSignInLogs": sign_ins(),
        "AuditLogs": [SENTINEL_AUDIT],
        "OfficeActivity": table("office_activity.csv"),
    }
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name, found in rows.items():
        lines = ({"Type": name, **{key: value for key, value in row.items() if value}} for row in found)
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    exported = investigate.from_files(folder, request(tmp_path, "files"), Progress())
    tables = {
        name: frame(rows[name], *(column for column in ("TimeGenerated", "CreatedDateTime") if column in rows[name][0]))
        for name in sorted(rows)
    }
    in_place = investigate.from_tables(tables, request(tmp_path, "lake"), Progress())
    assert content(in_place) == content(exported)
    assert [one[:6] for one in content(in_place)[1]] == [
        ("AADNonInteractiveUserSignInLogs", "sentinel-signin-json", 4, 1, 1, 1),
        ("AuditLogs", "sentinel-audit-logs-json", 1, 0, 0, 0),
        ("OfficeActivity", "sentinel-office-activity-json", len(rows["OfficeActivity"]), 0, 0, 0),
        ("SigninLogs", "sentinel-signin-json", len(rows["SigninLogs"]), 0, 0, 0),
    ]


def test_tables_that_were_read_stay_evidence(cluster, tmp_path):
    case = investigate.from_tables({"SigninLogs": frame(sign_ins())}, request(tmp_path, "lake"), Progress())
    before = content(case)
    (case.tables / "counts.json").unlink()  # as a newer version would find them: to be made again
    intake.build_tables(Case.open(case.root), Progress())
    assert content(case)[:2] == before[:2]
    assert [line for line in case.verify() if "lake" in line or "hold" in line]


def test_a_notebook_gets_an_analysed_case_from_tables(cluster, tmp_path):
    folders = {"data": str(tmp_path / "data"), "reports": str(tmp_path / "reports")}
    case = workbench.from_tables({"SigninLogs": frame(sign_ins())}, [SUBJECT], case="lake", **folders)
    assert isinstance(case, workbench.CaseView)
    said = "1 file, 4 rows: 2 events and objects, 1 duplicate, 1 that could not be read."
    assert repr(case.arrivals) == said


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            lambda: {"SignIns": frame(sign_ins())},
            "SignIns is no table that can be read in place. These are: SigninLogs",
        ),
        (lambda: {"SigninLogs": frame(sign_ins()).limit(0)}, "The tables have no rows"),
        (lambda: {"SigninLogs": [1, 2]}, "SigninLogs is no table of a classic Spark session"),
    ],
)
def test_what_cannot_be_read_in_place_is_said_in_one_line(tables, said, cluster, tmp_path):
    with pytest.raises(BadInput, match=said):
        investigate.from_tables(tables(), request(tmp_path, "lake"), Progress())
    assert not (tmp_path / "data" / "lake").exists()


def test_every_table_is_told_from_its_sisters():
    def told(name):
        row = json.dumps({key: value for key, value in SENTINEL_SIGN_IN.items() if key != "Type"})
        (part,) = lake.normalised(name, [(row,)])
        return lake.Part(*part).received

    assert {name: told(name) for name in lake.TABLES if "Sign" in name} == dict.fromkeys(
        [name for name in lake.TABLES if "Sign" in name], 1
    )
