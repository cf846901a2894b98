import codecs
import gzip

import pytest

from o365nb.errors import BadEvidence
from o365nb.events.times import iso_time
from o365nb.intake.text import decode

TEXT = 'RecordId,CreationDate\r\n1,"Zoë 🐟"\r\n'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        gzip.compress(codecs.BOM_UTF8 + TEXT.encode()),
    ],
    ids=["utf-8", "utf-8 bom", "utf-16le bom", "utf-16be bom", "utf-16le", "utf-16be", "utf-32le", "gzip"],
)
def test_the_same_text_in_every_encoding_that_tools_write(data):
    assert decode("f", data) == TEXT


def test_a_file_that_ends_inside_a_character_keeps_everything_before_it():
    assert decode("f", "a,é".encode()[:-1]) == "a,"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", ["zip archive or an Excel workbook", "CSV UTF-8"]),
        (b"%PDF-1.7", ["a PDF"]),
        (b"PAR1....", ["Parquet"]),
        (b"\x1f\x8b\x08\x00broken", ["gzip file cannot be unpacked", "Copy it again"]),
        (b"a,b\nc,\xff\xfe\xfd and much more text after it", ["line 2", "not UTF-8"]),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00" + bytes(600), ["f"]),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_is_and_the_mend(data, words):
    with pytest.raises(BadEvidence) as refused:
        decode("f", data)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-17T08:41:00", "2026-11-17T08:41:00+00:00"),
        ("2026-11-17T08:41:00Z", "2026-11-17T08:41:00+00:00"),
        ("2026-11-17T08:41:00.1234567Z ", "2026-11-17T08:41:00.123456+00:00"),
        ("2026-11-17T10:41:00+02:00", "2026-11-17T08:41:00+00:00"),
        ("/Date(1728364117000)/", "2024-10-08T05:08:37+00:00"),
        (r"\/Date(1728364117000)\/", "2024-10-08T05:08:37+00:00"),
        ("4/28/2021, 2:28:22.000 PM", "2021-04-28T14:28:22+00:00"),
        ("4/28/2021, 12:05:26.221 AM", "2021-04-28T00:05:26.221000+00:00"),
        ("6/1/2023 1:12:18 PM", "2023-06-01T13:12:18+00:00"),
        ("28/4/2021 14:28:22", "2021-04-28T14:28:22+00:00"),
        ("13/13/2021 1:00", None),
        ("/Date(99999999999999999999)/", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_as_exports_write_them(text, iso):
    assert iso_time(text) == iso


def test_slashed_dates_can_be_day_first():
    assert iso_time("3/12/2025 7:31:34 AM", day_first=True) == "2025-12-03T07:31:34+00:00"
