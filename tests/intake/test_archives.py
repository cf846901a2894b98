"""Archives: opened without leading anywhere, measured while they are opened."""

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
import zlib

import py7zr
import pytest
from evidence import audit, balanced, case_of, empty_case, lines
from py7zr import FILTER_COPY, FILTER_DEFLATE, FILTER_PPMD, FILTER_ZSTD

from o365nb import intake
from o365nb.errors import BadEvidence
from o365nb.intake.archives import gunzip, unpacked
from o365nb.intake.containers import Limits
from o365nb.model import Outcome
from o365nb.progress import Progress

SMALL = Limits(file_bytes=50_000, total_bytes=120_000, ratio=20, free_bytes=1_000, files=4, depth=2)
UAL = lines(audit()).encode()
EVIL_NAMES = ("../../../etc/ual.json", "/etc/ual.json", "..\\..\\ual.json", "C:\\Windows\\ual.json", "con.json",
              "ual\u202enosj.exe", "line\nfeed.json", "x" * 700 + ".json")  # fmt: skip


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files, kind=tarfile.REGTYPE, **given):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content) if kind == tarfile.REGTYPE else 0, kind
            for key, value in given.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content if isinstance(content, bytes) else content.encode()))
    return out.getvalue()


def sevened(files, **given):
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **given) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return out.getvalue()


PACKERS = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "7z": sevened,
    "zip.gz": lambda files: gzip.compress(zipped(files)),
}


def opened(tmp_path, data, limits=SMALL, name="a"):
    """What comes out of an archive: the bytes by the name that the archive has for them, and the reasons."""
    path = tmp_path / name
    path.write_bytes(data)
    found, refused = {}, []
    for item in unpacked(path, limits):
        if isinstance(item, BadEvidence):
            refused.append(str(item).removeprefix(str(tmp_path) + "/"))
        else:
            with item.open() as file, item.open() as again:
                found[item.original.removeprefix(str(path) + "!")] = file.read()
                assert again.read(1) == found[item.original.removeprefix(str(path) + "!")][:1]
    return found, refused


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


@pytest.mark.parametrize("kind", PACKERS)
def test_every_kind_of_archive_is_read_and_so_are_archives_and_gzip_files_in_it(tmp_path, kind):
    pack = PACKERS[kind]
    files = {"one.json": b"1", "deep/er/two.csv": b"22", "empty.txt": b"", "three.json.gz": gzip.compress(b"333")}
    assert opened(tmp_path, pack(files), Limits()) == (files, [])
    for pack_outer in PACKERS.values():
        whole = pack_outer({f"in.{kind}": pack({"x.json": UAL}), "y.json": b"y"})
        assert opened(tmp_path, whole, Limits()) == ({f"in.{kind}!x.json": UAL, "y.json": b"y"}, [])


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "7z"])
def test_a_case_is_made_from_any_of_them(tmp_path, kind):
    case = case_of(tmp_path, {"all": PACKERS[kind]({"ual.jsonl": UAL})})
    assert balanced(case) == {"all!ual.jsonl": (1, 0, 0)}


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("name", EVIL_NAMES)
def test_a_name_that_leads_out_leads_nowhere(tmp_path, kind, name):
    case = case_of(tmp_path, {"a.bin": PACKERS[kind]({name: UAL})})
    (line,) = case.custody.entries()
    assert line["original"].endswith(f"a.bin!{name}")
    assert not {"..", "\u202e", "\n"} & {*line["file"], *line["file"].split("/")}
    assert len(line["file"]) < 600
    assert (case.root / line["path"]).resolve().is_relative_to((case.root / "raw/files").resolve())
    assert {path.name for path in tmp_path.iterdir()} == {"case", "evidence"}


@pytest.mark.parametrize("name", ["../ual.json", "C:/ual.json", "a/../../ual.json", "./"])
def test_a_name_that_leads_out_of_a_7z_archive_is_refused_and_the_others_are_read(tmp_path, name):
    plain = "z" * len(name)
    with_header = sevened({plain: UAL, "good.json": b"good"}, header_encryption=False)
    archive = renamed(with_header, plain, name)
    found, (reason,) = opened(tmp_path, archive, Limits())
    assert found == {"good.json": b"good"}
    assert "its name leads out of the archive. Unpack the archive" in reason


def renamed(archive, before, after):
    """A 7z archive with another name in its list of files: the list is unpacked, changed, and put in as it is."""
    with py7zr.SevenZipFile(io.BytesIO(archive)) as opened_archive:
        start = opened_archive.afterheader
    head = io.BytesIO(archive)
    offset, size = struct.unpack("<QQ", archive[12:28])
    packed = archive[start + offset : start + offset + size]
    from py7zr.archiveinfo import HeaderStreamsInfo

    streams = HeaderStreamsInfo.retrieve(io.BytesIO(packed[1:]))
    (folder,) = streams.unpackinfo.folders
    head.seek(start + streams.packinfo.packpos)
    plain = folder.get_decompressor(streams.packinfo.packsizes[0]).decompress(head, folder.unpacksizes[-1])
    changed = bytes(plain).replace(before.encode("utf-16-le"), after.encode("utf-16-le"))
    assert changed != plain
    tail = struct.pack("<QQI", offset, len(changed), zlib.crc32(changed))
    return archive[:8] + struct.pack("<I", zlib.crc32(tail)) + tail + archive[32 : 32 + offset] + changed


def test_links_and_devices_are_refused_by_name(tmp_path):
    link = zipfile.ZipInfo("link.json")
    link.external_attr = 0o120777 << 16
    (tmp_path / "target").write_bytes(b"secret")
    (tmp_path / "l").symlink_to(tmp_path / "target")
    seven = io.BytesIO()
    with py7zr.SevenZipFile(seven, "w") as archive:
        archive.write(tmp_path / "l", "link.json")
        archive.writestr(b"x", "x.json")
    for data, names in (
        (zipped([(link, "/etc/passwd"), ("x.json", b"x")]), {"x.json"}),
        (tarred({"link.json": b""}, tarfile.SYMTYPE, linkname="/etc/passwd"), set()),
        (tarred({"link.json": b""}, tarfile.LNKTYPE, linkname="/etc/passwd"), set()),
        (tarred({"link.json": b""}, tarfile.CHRTYPE), set()),
        (seven.getvalue(), {"x.json"}),
    ):
        found, (reason,) = opened(tmp_path, data, Limits())
        assert found.keys() == names
        assert reason.startswith("a!link.json: it is ")
        assert "holds no evidence of its own" in reason


def test_a_name_held_twice_is_two_files(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped([("a.json", lines(audit())), ("a.json", lines(audit(number=2)))])
    case = case_of(tmp_path, {"a.zip": archive})
    assert [line["original"].rpartition("!")[2] for line in case.custody.entries()] == ["a.json", "a.json#2"]
    assert len({line["path"] for line in case.custody.entries()}) == 2


def test_a_bomb_is_not_unpacked_and_the_rest_is(tmp_path):
    noise = bytes(range(256)) * 16
    archive = zipped([("bomb.json", b" " * 40_000), ("ual.json", UAL), ("noise", noise)])
    found, (reason,) = opened(tmp_path, archive)
    assert reason.startswith("a!bomb.json: it unpacks to more than 20 times its size, as only an archive bomb does.")
    assert found == {"ual.json": UAL, "noise": noise}


NOISE = hashlib.shake_128(b"noise").digest


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (zipped({"big": NOISE(60_000)}), "a!big: it unpacks to more than 0 MiB"),
        (zipped({str(n): NOISE(45_000) for n in range(3)}), "the archive unpacks to more than"),
        (zipped({str(n): b"x" for n in range(5)}), "a: the archive holds more than 4 files"),
        (tarred({"big": NOISE(60_000)}), "a!big: it unpacks to more than 0 MiB"),
        (tarred({str(n): b"x" for n in range(5)}), "a: the archive holds more than 4 files"),
        (gzip.compress(tarred({"bomb": b" " * 30_000})), "a: it unpacks to more than 20 times its size"),
        (sevened({"big": NOISE(60_000)}), "a!big: it unpacks to more than 0 MiB"),
        (sevened({str(n): NOISE(45_000) for n in range(3)}), "the archive unpacks to more than"),
        (sevened({str(n): b"x" for n in range(5)}), "a: the archive holds more than 4 files"),
        (sevened({"bomb": b" " * 40_000}), "unpacks to more than 20 times its size"),
        (zipped({"1.zip": zipped({"2.7z": sevened({"3": b"x"})})}), "a!1.zip!2.7z: archives are packed into one"),
        (zipped({"1": tarred({"2": zipped({"3": b"x"})})}, zipfile.ZIP_STORED), "more than 2 deep"),
        (zipped({"a": UAL})[:-30], "the zip archive cannot be opened"),
        (b"PK\x03\x04broken", "the zip archive cannot be opened"),
        (sevened({"a": UAL})[:-30], "the 7z archive cannot be opened"),
        (b"7z\xbc\xaf\x27\x1cbroken", "the 7z archive cannot be opened"),
        (tarred({"a": UAL})[:700], "the tar archive cannot be read on"),
        (gzip.compress(tarred({"a": UAL}))[:-9], "the gzip file cannot be unpacked"),
        (sevened({"a": UAL}, password="p"), "the 7z archive is locked with a password"),
        (sevened({"a": UAL}, password="p", header_encryption=True), "the 7z archive is locked with a password"),
    ],
)
def test_what_goes_beyond_the_limits_or_is_cut_or_locked_ends_with_the_reason(tmp_path, archive, words):
    _, refused = opened(tmp_path, archive)
    assert words in refused[-1]
    assert "\n" not in refused[-1]


@pytest.mark.parametrize("method", [FILTER_COPY, FILTER_DEFLATE, FILTER_PPMD, FILTER_ZSTD])
def test_the_usual_methods_of_7z_are_read(tmp_path, method):
    archive = sevened({"a.json": UAL * 9, "b.json": UAL}, filters=[{"id": method, "level": 3, "order": 6, "mem": 20}])
    assert opened(tmp_path, archive, Limits()) == ({"a.json": UAL * 9, "b.json": UAL}, [])


def test_a_damaged_file_of_a_solid_archive_takes_those_after_it_along_and_each_is_said(tmp_path):
    files = {"a": NOISE(1000), "b": b"B" * 64 + NOISE(900), "c": NOISE(800)}
    archive = bytearray(sevened(files, filters=[{"id": FILTER_COPY}]))
    archive[archive.index(b"B" * 64)] ^= 1
    found, refused = opened(tmp_path, bytes(archive), Limits())
    assert found == {"a": files["a"]}
    assert [reason.split(":")[0] for reason in refused] == ["a!b", "a!c"]
    assert "the archive cannot be unpacked" in refused[0]


def test_a_method_that_is_not_read_is_named_with_the_mend(tmp_path):
    deflate64 = bytearray(zipped({"a": b"first"}, zipfile.ZIP_STORED))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        deflate64[deflate64.index(mark) + place] = 9
    _, (reason,) = opened(tmp_path, bytes(deflate64))
    assert reason == "a!a: it is packed with deflate64, which is not read here. Unpack the archive and give the folder"
    bcj2 = bytearray(sevened({"a": UAL}, filters=[{"id": FILTER_COPY}]))
    assert "cannot be opened" in opened(tmp_path, renamed(bytes(bcj2), "a", "b")[:60])[1][0]


def test_a_list_of_names_larger_than_any_honest_one_is_not_read(tmp_path):
    files = 300_000
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"x"
    directory = entry * files
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(directory), 30, 0)
    _, (reason,) = opened(tmp_path, b"PK\x03\x04" + bytes(26) + directory + end)
    assert "unreasonably large" in reason
    big = tarred({"a": b"x"}, pax_headers={"comment": "x" * 9_000_000}, type=tarfile.REGTYPE)
    _, (reason, *_) = opened(tmp_path, big, Limits())
    assert "unreasonably large" in reason
    tail = struct.pack("<QQI", 0, 5_000_000, 0)
    seven = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(tail)) + tail + bytes(5_000_000)
    _, (reason,) = opened(tmp_path, seven)
    assert "unreasonably large" in reason


def test_a_damaged_file_and_a_locked_one_are_said_and_the_others_are_read(tmp_path):
    archive = bytearray(zipped({"a": b"first", "b": b"second", "c": b"third"}, zipfile.ZIP_STORED))
    archive[archive.index(b"second")] ^= 1
    central = archive.rindex(b"PK\x01\x02")
    archive[central + 8] |= 1  # the flag that says: encrypted
    found, (first, second) = opened(tmp_path, bytes(archive))
    assert found == {"a": b"first"}
    assert "a!b: it cannot be unpacked" in first
    assert "a!c: it is locked with a password" in second


def test_a_workbook_and_a_packed_text_are_no_archives(tmp_path):
    for data in (zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), gzip.compress(UAL), UAL, b""):
        (tmp_path / "w").write_bytes(data)
        (item,) = unpacked(tmp_path / "w")
        assert (item.name, item.original, item.path, item.archive_sha256) == (
            "", str(tmp_path / "w"), tmp_path / "w", "")  # fmt: skip


def test_an_archive_without_files_and_a_bomb_are_in_the_ledger(tmp_path):
    (tmp_path / "empty.zip").write_bytes(zipped({}))
    (tmp_path / "ual.json").write_bytes(UAL)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b" " * 20_000_000))
    case = empty_case(tmp_path / "c")
    intake.add_files(case, [tmp_path / name for name in ("empty.zip", "ual.json", "bomb.gz")], Progress())
    found = {entry.file: (entry.outcome, entry.reason) for entry in case.ledger.entries()}
    assert found["empty.zip"] == (Outcome.FAILED, "the archive holds no files. Leave it out")
    assert "archive bomb" in found["bomb.gz"][1]


def test_every_refused_file_of_an_archive_is_in_the_ledger_by_its_name(tmp_path):
    archive = zipped({"ual.jsonl": UAL, "in.7z": sevened({"s.json": UAL}, password="p"), "x.txt": "a letter"})
    (tmp_path / "all.zip").write_bytes(archive)
    case = empty_case(tmp_path / "c")
    intake.add_files(case, [tmp_path / "all.zip"], Progress())
    assert {(entry.file, entry.reason.split(".")[0]) for entry in case.ledger.entries()} == {
        ("all.zip!in.7z", "the 7z archive is locked with a password"),
        ("all.zip!x.txt", "no known export: text with nothing in it that any known export has"),
    }


def test_nothing_stays_behind_when_the_rest_is_not_wanted(tmp_path):
    (tmp_path / "a").write_bytes(zipped({"1": b"x", "2": b"y"}))
    items = unpacked(tmp_path / "a")
    first = next(items)
    room = first.path.parent.parent
    assert room.stat().st_mode & 0o077 == 0
    assert next(items).path != first.path
    assert not first.path.exists()
    items.close()
    assert not room.exists()


def test_every_member_of_a_gzip_file_is_read():
    assert gunzip("f", gzip.compress(b"one") + gzip.compress(b"two") + b"\0\0") == b"onetwo"


def test_a_cut_gzip_file_is_refused_and_a_large_one_is_whole():
    whole = bytes(range(256)) * 20_000
    packed = gzip.compress(whole)
    assert gunzip("f", packed) == whole
    for cut in (packed[:-9], packed[: len(packed) // 2], zlib.compress(b"x")):
        with pytest.raises(BadEvidence, match="cannot be unpacked"):
            gunzip("f", cut)
