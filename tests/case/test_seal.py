import gzip
import hashlib
import shutil
import subprocess
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from o365nb.case import Case, CaseInfo, Chain, seal, verify_archive
from o365nb.errors import BadCase, BadInput
from o365nb.model import Window

WINDOW = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.fixture
def case(tmp_path):
    info = CaseInfo(name="demo", subjects=("anna@contoso.example",), window=WINDOW, door="practice")
    made = Case.create(tmp_path / "demo", info)
    made.store("ual", "page.json", b"one", shape="x")
    made.store("users", "Grüße.json", b"two", shape="x", snapshot=True)
    made.receipts.append({"step": "S1"})
    (made.tables / "events.parquet").write_bytes(b"PAR1")
    (made.state / "tenant.json").write_text("{}")
    (made.root / "case.json.part").write_text("half")
    return made


def names(path):
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def rebuilt(path, changed, *, without=()):
    """A copy of an archive with some files put in other words, and some left out."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        kept = {name: old.read(name) for name in old.namelist() if name not in without}
        for name, data in {**kept, **changed}.items():
            new.writestr(name, data)
    return other


def test_a_sealed_case_holds_everything_but_the_practice_tenants_world(case, tmp_path):
    sealed = seal(case, tmp_path / "out" / "demo.zip")
    assert names(sealed.path) == [
        "demo/case.json", "demo/custody.jsonl", "demo/raw/ual/page.json.gz", "demo/raw/users/Gr__e.json.gz",
        "demo/receipts.jsonl", "demo/tables/events.parquet", "demo/SHA256SUMS",
    ]  # fmt: skip
    assert (sealed.files, sealed.size) == (6, sealed.path.stat().st_size)
    assert list(verify_archive(sealed.path)) == [
        f"archive: SHA-256 {sealed.sha256}", "hash list: 6 files match their SHA-256",
        f"custody chain: {case.custody.proof()}", f"receipts chain: {case.receipts.proof()}",
        "evidence: 2 files match their SHA-256",
    ]  # fmt: skip
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["demo.zip"]


def test_large_evidence_is_sealed_and_proved_like_any_other(case, tmp_path):
    received = tmp_path / "large.jsonl"
    received.write_bytes(b'{"Id": "1"}\n' * 100_000)
    case.store_file("files", "large.jsonl", received, shape="x")
    sealed = seal(case, tmp_path / "demo.zip")
    assert "demo/raw/files/large.jsonl.zst" in names(sealed.path)
    assert list(verify_archive(sealed.path))[-1] == "evidence: 3 files match their SHA-256"


def test_large_evidence_that_was_changed_in_an_archive_is_named(case, tmp_path):
    received = tmp_path / "large.jsonl"
    received.write_bytes(b"as it came\n" * 1000)
    case.store_file("files", "large.jsonl", received)
    archive = seal(case, tmp_path / "demo.zip").path
    damaged = (case.root / "raw/files/large.jsonl.zst").read_bytes()[:-8] + b"12345678"
    with zipfile.ZipFile(archive) as old:
        sums = old.read("demo/SHA256SUMS").decode()
    old_sum = next(line for line in sums.splitlines() if line.endswith("large.jsonl.zst"))
    new_sum = f"{hashlib.sha256(damaged).hexdigest()}  raw/files/large.jsonl.zst"
    other = rebuilt(
        archive, {"demo/raw/files/large.jsonl.zst": damaged, "demo/SHA256SUMS": sums.replace(old_sum, new_sum).encode()}
    )
    with pytest.raises(BadCase, match=r"changed\.zip.*(zstd|SHA-256 is)"):
        list(verify_archive(other))


def resealed(archive, changed, *, without=()):
    """The archive with other files, and a hash list that fits them: as one makes it who knows how."""
    with zipfile.ZipFile(archive) as old:
        kept = {name: old.read(name) for name in old.namelist() if name not in (*without, "demo/SHA256SUMS")} | changed
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name[5:]}\n" for name, data in sorted(kept.items()))
    other = archive.with_name("changed.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in {**kept, "demo/SHA256SUMS": sums.encode()}.items():
            new.writestr(name, data)
    return other


def added(case, **entry):
    """The chain of custody with one more line, which fits."""
    case.custody.append({"source": "ual", **entry})
    return case.custody.path.read_bytes()


def test_a_line_that_fills_the_memory_is_not_read(case, tmp_path):
    archive = seal(case, tmp_path / "demo.zip").path
    bomb = resealed(archive, {"demo/custody.jsonl": b" " * 40_000_000})
    tracemalloc.start()
    with pytest.raises(BadCase, match=r"custody\.jsonl: a line of it is longer than any"):
        list(verify_archive(bomb))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 40_000_000


def test_evidence_that_is_longer_than_custody_says_is_not_unpacked_to_its_end(case, tmp_path):
    archive = seal(case, tmp_path / "demo.zip").path
    bomb = gzip.compress(bytes(30_000_000))
    line = {"path": "raw/ual/bomb.gz", "size": 10, "sha256": hashlib.sha256(bytes(30_000_000)).hexdigest()}
    other = resealed(archive, {"demo/raw/ual/bomb.gz": bomb, "demo/custody.jsonl": added(case, **line)})
    with pytest.raises(BadCase, match=r"bomb\.gz: SHA-256 is"):
        list(verify_archive(other))


def test_a_line_of_custody_that_leads_out_of_the_evidence_is_named(case, tmp_path):
    archive = seal(case, tmp_path / "demo.zip").path
    line = {"path": "case.json", "sha256": hashlib.sha256((case.root / "case.json").read_bytes()).hexdigest()}
    with pytest.raises(BadCase, match=r"custody\.jsonl, line 3: 'case\.json' lies outside of the evidence"):
        list(verify_archive(resealed(archive, {"demo/custody.jsonl": added(case, **line)})))


def watched(case):
    """A later look at the response, as `o365nb.watch` keeps it."""
    one = Case.create(case.root / "watch" / "20261102T080000Z", replace(case.info, name="20261102T080000Z"))
    path = one.store("sign_in", "page.json", b"later")
    Chain(case.root / "watch.jsonl").append({"folder": one.info.name})
    return one.root / path


def test_later_looks_at_the_response_are_proved_too(case, tmp_path):
    watched(case)
    sealed = seal(case, tmp_path / "demo.zip").path
    for said in (list(case.verify()), list(verify_archive(sealed))):
        assert [line.partition(", the last")[0] for line in said[-4:]] == [
            "watch chain: 1 lines hold",
            "watch/20261102T080000Z: custody chain: 1 lines hold",
            "watch/20261102T080000Z: receipts chain: 0 lines hold",
            "watch/20261102T080000Z: evidence: 1 files match their SHA-256",
        ]


def test_a_changed_or_missing_look_at_the_response_is_named(case, tmp_path):
    evidence = watched(case)
    archive = seal(case, tmp_path / "demo.zip").path
    inside = evidence.relative_to(case.root).as_posix()
    round_ = [name for name in names(archive) if name.startswith("demo/watch/")]
    forged = resealed(archive, {f"demo/{inside}": gzip.compress(b"never")})
    gone = "watch.jsonl, line 1: its evidence, watch/20261102T080000Z, is missing"
    with pytest.raises(BadCase, match=r"page\.json\.gz: SHA-256 is"):
        list(verify_archive(forged))
    with pytest.raises(BadCase, match=gone):
        list(verify_archive(resealed(archive, {}, without=round_)))
    evidence.write_bytes(gzip.compress(b"never"))
    with pytest.raises(BadCase, match=r"page\.json\.gz: SHA-256 is"):
        list(case.verify())
    shutil.rmtree(case.root / "watch")
    with pytest.raises(BadCase, match=gone):
        list(case.verify())


def test_the_same_case_gives_the_same_bytes(case, tmp_path):
    first = seal(case, tmp_path / "one.zip")
    for path in case.root.rglob("*"):
        path.touch()
    assert seal(case, tmp_path / "two.zip").sha256 == first.sha256


def test_a_sealed_case_may_be_read_by_this_user_alone(case, tmp_path):
    (tmp_path / "demo.zip.part").write_bytes(b"left by a kill")
    assert seal(case, tmp_path / "demo.zip").path.stat().st_mode & 0o777 == 0o600


def test_the_hash_list_is_one_that_sha256sum_checks(case, tmp_path):
    with zipfile.ZipFile(seal(case, tmp_path / "demo.zip").path) as archive:
        archive.extractall(tmp_path / "received")
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"],
        cwd=tmp_path / "received" / "demo",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count(": OK\n") == 6
    assert list(Case.open(tmp_path / "received" / "demo").verify())


def test_a_case_that_does_not_verify_is_not_sealed(case, tmp_path):
    (case.root / "raw/ual/page.json.gz").write_bytes(b"changed")
    with pytest.raises(BadCase, match=r"page\.json\.gz: cannot be unpacked"):
        seal(case, tmp_path / "demo.zip")
    assert not list(tmp_path.glob("*.zip*"))


def test_nothing_that_was_handed_over_is_replaced(case, tmp_path):
    seal(case, tmp_path / "demo.zip")
    with pytest.raises(BadInput, match="there is a file already"):
        seal(case, tmp_path / "demo.zip")


def test_a_link_out_of_the_case_is_refused(case, tmp_path):
    (tmp_path / "secret").write_text("x")
    (case.root / "raw" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(BadCase, match="a link has no place"):
        seal(case, tmp_path / "demo.zip")


def test_a_file_that_no_line_of_custody_names_is_told(case):
    (case.root / "raw/ual/later.json.gz").write_bytes(b"x")
    assert list(case.verify())[3] == (
        "not evidence: 1 files that no line of custody names (put in later, or a kill): raw/ual/later.json.gz"
    )


@pytest.mark.parametrize(
    ("changed", "without", "said"),
    [
        ({"demo/case.json": b"{}"}, (), r"demo/case.json: SHA-256 is [0-9a-f]{64}, the hash list says"),
        ({}, ("demo/case.json",), "demo/case.json: listed, but not there"),
        ({"demo/more.txt": b""}, (), "demo/more.txt: in the archive, not in the hash list"),
        ({"../evil": b""}, (), "would be unpacked outside the case"),
        ({"/etc/evil": b""}, (), "would be unpacked outside the case"),
        ({"demo/raw/../../evil": b""}, (), "would be unpacked outside the case"),
        ({"demo/SHA256SUMS": b"what\n"}, (), "SHA256SUMS, line 1: not a hash and a name"),
        ({}, ("demo/SHA256SUMS",), "not a case sealed by o365nb"),
    ],
)
def test_a_changed_archive_is_refused_by_name(case, tmp_path, changed, without, said):
    other = rebuilt(seal(case, tmp_path / "demo.zip").path, changed, without=without)
    with pytest.raises(BadCase, match=said):
        list(verify_archive(other))


def test_a_forged_hash_list_does_not_hide_what_custody_says(case, tmp_path):
    archive = seal(case, tmp_path / "demo.zip").path
    case.store("ual", "other.json", b"forged")
    forged = (case.root / "raw/ual/other.json.gz").read_bytes()
    with zipfile.ZipFile(archive) as old:
        sums = old.read("demo/SHA256SUMS").decode()
    old_sum = next(line for line in sums.splitlines() if line.endswith("raw/ual/page.json.gz"))
    new_sum = f"{hashlib.sha256(forged).hexdigest()}  raw/ual/page.json.gz"
    other = rebuilt(
        archive,
        {"demo/raw/ual/page.json.gz": forged, "demo/SHA256SUMS": sums.replace(old_sum, new_sum).encode()},
    )
    with pytest.raises(BadCase, match=r"page\.json\.gz: SHA-256 is [0-9a-f]{64}, custody says"):
        list(verify_archive(other))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not an archive", b"x" * 5000])
def test_what_is_no_archive_is_one_clear_line(tmp_path, content):
    path = Path(tmp_path / "demo.zip")
    path.write_bytes(content)
    with pytest.raises(BadCase, match=r"demo\.zip: not a whole archive"):
        list(verify_archive(path))


def test_an_archive_cut_short_is_refused(case, tmp_path):
    path = seal(case, tmp_path / "demo.zip").path
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(BadCase, match="not a whole archive"):
        list(verify_archive(path))
