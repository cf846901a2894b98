"""Evidence files that went wrong: samples of every shape, and the ways in which files break or are broken."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import exports
from evidence import audit, lines, real, signed_in
from hypothesis import strategies as st
from intake.defender_answers import DEFENDER
from intake.exchange_answers import ANSWERS
from intake.identity_answers import IDENTITY
from intake.mail_answers import MAIL
from intake.odd_samples import ODD
from intake.sign_in_samples import SIGN_INS


def _head(path: str, size: int = 6000) -> bytes:
    """The beginning of a real file, up to a line end (a CSV may end inside a cell: that is a cut file too)."""
    data = real(path)
    return data if len(data) <= size else data[: data.rindex(b"\n", 0, size) + 1]


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def _several(content: str) -> bytes:
    """The same with its last line, or its object, three times over: what is broken then has neighbours."""
    if content[:1] in "[{":
        return b"\n".join([content.encode()] * 3) if len(content) < 3000 else content.encode()
    return (content + content.splitlines(keepends=True)[-1] * 2).encode()


MADE = {**exports.MADE, **DEFENDER, **MAIL, **ANSWERS, **IDENTITY}
#: One small file of each shape, and what real files begin with.
SAMPLES: tuple[bytes, ...] = (
    *(content.encode() for content, _ in MADE.values()),
    *(_several(content) for content, _ in MADE.values()),
    lines(audit(), audit(number=2), audit(number=1)).encode(),
    json.dumps([audit(), audit(number=2)]).encode(),
    lines(signed_in(), signed_in(status=None)).encode(),
    json.dumps({"value": [signed_in()]}).encode(),
    *(_bytes(sample.content) for sample in (*SIGN_INS, *ODD) if len(sample.content) < 6000),
    _head("det-eng-samples/t1110.003_msolspraywithsuccess_1.csv"),
    _head("det-eng-samples/t1114.003_rule_mail_forward_same_dest.json"),
    _head("techjollof/TestFormated.csv", 9692),
    _head("splunk-security-content/o365_management_activity.jsonl"),
    _head("splunk-security-content/azure_monitor_aad.jsonl"),
    _head("sentinel-training-lab/office_activity_inbox_rule.csv"),
    _head("msticpy-sentinel/SigninLogs_aad_logons.csv", 14000),
    _head("ocsf-messagetrace/messagetrace_Delivered.json"),
    _head("m365triage-synthetic/14c46140-fbea-4e73-8385-a22688bc16e4.csv"),
    _head("otrf-goldensaml/AADAuditEvents.json"),
)

#: What attackers and broken tools put where it does not belong.
TOKENS: tuple[bytes, ...] = (
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\x00",
        b"\xed\xa0\x80",
        b"\xff",
        b"\x80\x81",
        b"\x1b[2J\x1b]0;x\x07",
    ),
    *(b"\\ud800", b"\\u0000", b"\\", b"\\x", b'"', b"'", b"\r", b"\n", b"\r\n", b"\t", b",", b";", b"##", b"}{", b"]["),
    *(b"null", b"NaN", b"-Infinity", b"1e999", b"-0", b"9" * 400, b"0.1" + b"1" * 90, b"true", b"[null]", b"{}"),
    *(b"[" * 3000, b'{"a":' * 3000, b"[" * 200_000, b"]" * 50, b'"' * 51, b"," * 3000),
    *("\u2028".encode(), "\u202e".encode(), "\ufeff".encode(), "\U0001f41f".encode(), "\u00a0".encode()),
    *(
        b"#TYPE System.Object\r\n",
        b"sep=;\r\n",
        b"System.Object[]",
        b"@{Name=a; Value=b}",
        b"/Date(99999999999999999)/",
    ),
    *(b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59.9999999Z", b"2026-02-30T25:61:61", b"32/13/2026 25:00:00 PM"),
    *(b"'; DROP TABLE events; --", b"<script>alert(1)</script>", b"::ffff:1.2.3.4", b"[2001:db8::1]:443"),
    *(b"PK\x03\x04", b"\x1f\x8b", b"ustar", b'{"tables":[{"columns":[],"rows":[[]]}]}', b'{"value":[', b'{"schema":1}'),
)
#: Values of another type than a field has, and values no field should have.
_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**40, 0.5, "", " ", "x", "a@b.example", "\x00", "\ud800", "[]", "{}", '"'),
    *([], {}, [None], [[]], [{}], {"": ""}, {"a": {"b": [1, None, "x"]}}, ["x"], [{"Name": 1, "Value": {}}]),
    *('{"a": "{\\"b\\": \\"{}\\"}"}', '[{"Name": "x"}]', "<null>", "x" * 5000, {"x" * 500: 1}),
)


def every_value(record: dict[str, Any], deep: int = 2) -> Iterator[dict[str, Any]]:
    """The record once for each of its fields, down to that depth, and each value that should not be there."""
    for name, value in record.items():
        yield from ({**record, name: other} for other in _VALUES)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, dict) and deep > 1:
            for inner in every_value(first, deep - 1):
                yield {**record, name: [inner, *value[1:]] if isinstance(value, list) else inner}


Change = Callable[[bytes, random.Random], bytes]


def _flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _behead(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(len(data) + 1) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(TOKENS) + data[place:]


def _replace(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(TOKENS) + data[place + chance.randrange(200) :]


def _lines(data: bytes, chance: random.Random) -> bytes:
    """A line twice, gone, moved, or all of them in another order."""
    rows = data.splitlines(keepends=True)
    if not rows:
        return data
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    match chance.randrange(4):
        case 0:
            rows.insert(other, rows[one])
        case 1:
            del rows[one]
        case 2:
            rows[one], rows[other] = rows[other], rows[one]
        case _:
            chance.shuffle(rows)
    return b"".join(rows)


def _retype(data: bytes, chance: random.Random) -> bytes:
    """One value anywhere in the JSON, or in one of its lines, becomes something else."""
    rows = data.split(b"\n")
    which = chance.randrange(len(rows))
    for start, end in ((0, len(rows)), (which, which + 1)):
        try:
            value = json.loads(b"\n".join(rows[start:end]))
        except (ValueError, RecursionError):
            continue
        changed = json.dumps(_changed(value, chance)).encode()
        return b"\n".join([*rows[:start], changed, *rows[end:]])
    return data


def _changed(value: object, chance: random.Random) -> object:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(sorted(value))
        return {**value, key: _changed(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        return [*value[:place], _changed(value[place], chance), *value[place + 1 :]]
    return chance.choice(_VALUES)


def _cell(data: bytes, chance: random.Random) -> bytes:
    """What stands between two commas becomes something else."""
    parts = data.split(b",")
    parts[chance.randrange(len(parts))] = chance.choice(TOKENS)
    return b",".join(parts)


def _glue(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((b"", b"\n", b"\r\n", b",")) + chance.choice(SAMPLES)


def _recode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    match chance.randrange(7):
        case 0:
            return text.encode("utf-16")
        case 1:
            return text.encode("utf-16-le")
        case 2:
            return text.encode("utf-16-be")
        case 3:
            return text.encode("cp1252", "replace")
        case 4:
            return gzip.compress(data, mtime=0)
        case 5:
            return data.replace(b"\n", b"\r\n")
        case _:
            return data.replace(b"\n", b"\r")


_CHANGES: tuple[Change, ...] = (
    *(_flip, _cut, _behead, _insert, _insert, _replace, _lines, _retype, _retype, _retype, _cell, _glue, _recode),
)


def broken(sample: bytes, seed: int, times: int) -> bytes:
    """The sample after so many changes; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(times):
        sample = chance.choice(_CHANGES)(sample, chance)
    return sample


#: Any sample, whole or broken up to five times.
files = st.builds(broken, st.sampled_from(SAMPLES), st.integers(0, 2**32), st.integers(0, 5))

_texts = st.text(max_size=20) | st.sampled_from([str(value) for value in _VALUES if isinstance(value, str)])
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | _texts
values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
                      max_leaves=8)  # fmt: skip
