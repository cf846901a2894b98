"""Archives: opened without leading anywhere, measured while they are opened."""

import gzip
import hashlib
import io
import json
import zipfile
import zlib

import pytest
from evidence import audit, balanced, case_of, empty_case, lines

from o365nb import intake
from o365nb.errors import BadEvidence
from o365nb.intake.archives import Limits, Packed, gunzip, is_zip, unzipped
from o365nb.model import Outcome
from o365nb.progress import Progress

SMALL = Limits(file_bytes=50_000, total_bytes=120_000, ratio=20, free_bytes=1_000, files=4, depth=2)
UAL = lines(audit()).encode()


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return out.getvalue()


def refused(items):
    return [str(item) for item in items if isinstance(item, BadEvidence)]


def test_each_file_of_an_archive_is_evidence_of_its_own(tmp_path):
    inner = zipped({"deep/more.jsonl": lines(audit(number=3))})
    archive = zipped({"tenant/ual.json": json.dumps([audit(number=2)]), "in.zip": inner, "__MACOSX/._x": b"\0"})
    case = case_of(tmp_path, {"exports/all.zip": archive, "ual.jsonl.gz": gzip.compress(UAL)})
    where = str(tmp_path / "evidence/exports/all.zip")
    assert [(line["file"], line["original"], line.get("archive_sha256")) for line in case.custody.entries()] == [
        ("exports/all.zip!tenant/ual.json", f"{where}!tenant/ual.json", hashlib.sha256(archive).hexdigest()),
        ("exports/all.zip!in.zip!deep/more.jsonl", f"{where}!in.zip!deep/more.jsonl",
         hashlib.sha256(archive).hexdigest()),
        ("ual.jsonl.gz", str(tmp_path / "evidence/ual.jsonl.gz"), None),
    ]  # fmt: skip
    assert set(balanced(case).values()) == {(1, 0, 0)}
    assert list(case.verify())


@pytest.mark.parametrize(
    "name", ["../../../etc/ual.json", "/etc/ual.json", "..\\..\\ual.json", "C:\\Windows\\ual.json"]
)
def test_a_name_that_leads_out_leads_nowhere(tmp_path, name):
    case = case_of(tmp_path, {"a.zip": zipped({name: UAL})})
    (line,) = case.custody.entries()
    assert line["original"].endswith(f"a.zip!{name}")
    assert ".." not in line["file"]
    assert (case.root / line["path"]).resolve().is_relative_to((case.root / "raw/files").resolve())
    assert {path.name for path in tmp_path.iterdir()} == {"case", "evidence"}


def test_a_name_held_twice_is_two_files(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped([("a.json", lines(audit())), ("a.json", lines(audit(number=2)))])
    case = case_of(tmp_path, {"a.zip": archive})
    assert [line["original"].rpartition("!")[2] for line in case.custody.entries()] == ["a.json", "a.json#2"]
    assert len({line["path"] for line in case.custody.entries()}) == 2


def test_a_bomb_is_not_unpacked_and_the_rest_is():
    items = list(unzipped("b.zip", zipped({"bomb.json": b" " * 40_000, "ual.json": UAL}), SMALL))
    (reason,) = refused(items)
    assert reason.startswith(
        "b.zip!bomb.json: it unpacks to more than 20 times its size, as only an archive bomb does."
    )
    assert [item for item in items if isinstance(item, Packed)] == [Packed("ual.json", "b.zip!ual.json", UAL)]


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (zipped({"big": b"x" * 60_000}, zipfile.ZIP_STORED), "b.zip!big: it unpacks to more than 0 MiB"),
        (zipped({str(n): b"x" * 45_000 for n in range(3)}, zipfile.ZIP_STORED), "the archive unpacks to more than"),
        (zipped({str(n): b"x" for n in range(5)}), "b.zip: the archive holds more than 4 files"),
        (zipped({"1.zip": zipped({"2.zip": zipped({"3": b"x"})})}), "more than 2 deep"),
        (zipped({"a": UAL})[:-30], "the zip archive cannot be opened"),
        (b"PK\x03\x04broken", "the zip archive cannot be opened"),
    ],
)
def test_what_goes_beyond_the_limits_or_is_cut_ends_with_the_reason(archive, words):
    assert words in refused(unzipped("b.zip", archive, SMALL))[-1]


def test_a_damaged_file_and_a_locked_one_are_said_and_the_others_are_read():
    archive = bytearray(zipped({"a": b"first", "b": b"second", "c": b"third"}, zipfile.ZIP_STORED))
    archive[archive.index(b"second")] ^= 1
    central = archive.rindex(b"PK\x01\x02")
    archive[central + 8] |= 1  # the flag that says: encrypted
    items = list(unzipped("d.zip", bytes(archive)))
    assert [item.name for item in items if isinstance(item, Packed)] == ["a"]
    first, second = refused(items)
    assert "d.zip!b: it cannot be unpacked" in first
    assert "d.zip!c: it is locked with a password" in second


def test_a_workbook_is_no_archive():
    assert not is_zip(zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}))


def test_an_archive_without_files_and_a_bomb_are_in_the_ledger(tmp_path):
    (tmp_path / "empty.zip").write_bytes(zipped({}))
    (tmp_path / "ual.json").write_bytes(UAL)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b" " * 20_000_000))
    case = empty_case(tmp_path / "c")
    intake.add_files(case, [tmp_path / name for name in ("empty.zip", "ual.json", "bomb.gz")], Progress())
    found = {entry.file: (entry.outcome, entry.reason) for entry in case.ledger.entries()}
    assert found["empty.zip"] == (Outcome.FAILED, "the archive holds no files. Leave it out")
    assert "archive bomb" in found["bomb.gz"][1]


def test_every_member_of_a_gzip_file_is_read():
    assert gunzip("f", gzip.compress(b"one") + gzip.compress(b"two") + b"\0\0") == b"onetwo"


def test_a_cut_gzip_file_is_refused_and_a_large_one_is_whole():
    whole = bytes(range(256)) * 20_000
    packed = gzip.compress(whole)
    assert gunzip("f", packed) == whole
    for cut in (packed[:-9], packed[: len(packed) // 2], zlib.compress(b"x")):
        with pytest.raises(BadEvidence, match="cannot be unpacked"):
            gunzip("f", cut)
