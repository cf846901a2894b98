import codecs
import gzip

import pytest

from o365nb.errors import BadEvidence
from o365nb.events.times import iso_time
from o365nb.intake.text import decode, decoded

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
    assert decode("f", "\ufeffa,é".encode("utf-16-le")[:-1]) == "a,"


def test_a_damaged_byte_near_the_end_cuts_nothing_off():
    assert decode("f", "é,ü\n".encode() + b'"\xff"}') == 'é,ü\n"\ufffd"}'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", ["zip archive or an Excel workbook", "CSV UTF-8"]),
        (b"%PDF-1.7", ["a PDF"]),
        (b"PAR1....", ["Parquet"]),
        (b"\x1f\x8b\x08\x00broken", ["gzip file cannot be unpacked", "Copy it again"]),
        ("\ufeffa,b\nc,".encode("utf-16-be") + b"\xdc\x00\xdc\x00\x00x\x00y\x00z", ["line 2", "not UTF-16-BE"]),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00" + bytes(600), ["f"]),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_is_and_the_mend(data, words):
    with pytest.raises(BadEvidence) as refused:
        decode("f", data)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("data", "text", "doubt"),
    [
        ("a,Zoë\nb,Müller".encode("cp1252"), "a,Zoë\nb,Müller", "not UTF-8 (line 1): read as Windows-1252"),
        (
            "é,ü,ö\nb,".encode() + b"\xff and more",
            "é,ü,ö\nb,\ufffd and more",
            "1 bytes in it are no UTF-8, the first in line 2",
        ),
        (b"a,\x81\nb,\x81 and more text", "a,\ufffd\nb,\ufffd and more text", "2 bytes in it are no UTF-8"),
    ],
    ids=["an older tool's", "damaged in one place", "neither"],
)
def test_bytes_that_are_no_utf8_are_read_and_said(data, text, doubt):
    found, said = decoded("f", data)
    assert (found, doubt in said) == (text, True)
    assert decoded("f", TEXT.encode()) == (TEXT, "")


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


@pytest.mark.parametrize(
    "text",
    [
        *(
            "28.04.2021 14:28:22",
            "28/04/2021 14:28:22",
            "28-4-2021 14:28:22",
            "28-04-2021 14.28.22",
            "28.4.2021 14.28.22",
        ),
        *("28. 4. 2021 14:28:22", "28.4.2021. 14:28:22", "28.4.2021 г. 14:28:22", "2021. 04. 28. 14:28:22"),
        *("2021/04/28 14:28:22", "2021/4/28 下午 02:28:22", "2021-04-28 오후 2:28:22", "2021-04-28 2:28:22 PM"),
        *("28/4/2021 2:28:22 μμ", "28/04/2021 02:28:22 p. m.", "4/28/2021 2:28:22 p.m.", "28/4/2564 14:28:22"),
        *("Apr 28, 2021 2:28:22 PM", "28 Apr 2021 14:28:22", "28-Apr-2021 14:28:22", "Wed, 28 Apr 2021 14:28:22 GMT"),
        *(
            "4/28/2021 2:28:22\u202fPM",
            "April 28, 2021 at 2:28:22 PM",
            "2021-04-28 14:28:22Z",
            "2021-04-28 14:28:22 UTC",
        ),
    ],
)
def test_dates_of_every_culture_of_windows(text):
    assert iso_time(text) == "2021-04-28T14:28:22+00:00"


def test_slashed_dates_can_be_day_first():
    assert iso_time("3/12/2025 7:31:34 AM", day_first=True) == "2025-12-03T07:31:34+00:00"
