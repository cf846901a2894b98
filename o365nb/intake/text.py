"""Bytes to text: byte order marks, UTF-16 of Windows PowerShell, Windows-1252 of older tools, gzip."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import BinaryIO, cast

from o365nb.errors import BadEvidence
from o365nb.intake.archives import GZIP, gunzip

#: Each with the codec that passes over it.
_MARKED = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16's, which begins alike
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What `surrogateescape` makes of a byte that is no UTF-8.
_ODD = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
#: In the decoders' words: the file ends inside a character.
_ENDS = ("unexpected end of data", "truncated data")
_CONTAINERS = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV UTF-8"),
    b"%PDF": ("a PDF", "Export the data itself as CSV or JSON"),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "Save it as CSV UTF-8"),
    b"PAR1": ("a Parquet file", "Export the data as CSV or JSON"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it and give the folder"),
    b"Rar!": ("a RAR archive", "Unpack it and give the folder"),
    b"\xfd7zXZ\x00": ("an xz archive", "Unpack it and give the folder"),
    b"BZh91AY&SY": ("a bzip2 archive", "Unpack it and give the folder"),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", "Unpack it and give the folder"),
}


def decode(path: Path | str, data: bytes) -> str:
    """The text of an evidence file. Raises BadEvidence for what is no text, saying what it is and the mend."""
    return decoded(path, data)[0]


def decoded(path: Path | str, data: bytes) -> tuple[str, str]:
    """The text of an evidence file, and what had to be assumed about its encoding ("" for nothing); see `decode`."""
    if data.startswith(GZIP):
        data = gunzip(path, data)
    if data[257:262] == b"ustar":
        raise BadEvidence(path, "this is a tar archive, not an export in text form", "Unpack it and give the folder")
    for magic, (what, mend) in _CONTAINERS.items():
        if data.startswith(magic):
            raise BadEvidence(path, f"this is {what}, not an export in text form", mend)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(path, data[len(mark) :], encoding)
    return _text(path, data, _unmarked(data))


def encoding_of(head: bytes) -> str:
    """The codec for a text that begins so; it passes over a byte order mark. What is odd counts as UTF-8."""
    return next((codec for mark, codec in _MARKED.items() if head.startswith(mark)), _unmarked(head))


def recoded(file: BinaryIO, encoding: str) -> BinaryIO:
    """The file as UTF-8 without a mark, never held whole. Reading raises ValueError for what is not `encoding`."""
    return file if encoding == "utf-8" else cast("BinaryIO", codecs.EncodedFile(file, "utf-8", encoding))


def _unmarked(data: bytes) -> str:
    """UTF-16 without a mark shows as a zero in every second byte of its mostly Latin beginning."""
    head = data[:512]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and not even:
        return "utf-16-le"
    if even > len(head) // 4 and not odd:
        return "utf-16-be"
    return "utf-8"


def _text(path: Path | str, data: bytes, encoding: str) -> tuple[str, str]:
    doubt = ""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.reason in _ENDS:  # a cut file: its shape says so
            text = data[: error.start].decode(encoding)
        elif encoding == "utf-8":
            text, doubt = _no_utf8(data, error.start)
        else:
            line = data.count("\n".encode(encoding), 0, error.start) + 1
            mend = "Export it again, or save it as UTF-8"
            raise BadEvidence(path, f"not {encoding.upper()} text from here on", mend, line) from None
    if "\x00" in text[:4096]:
        raise BadEvidence(path, "this is a binary file, not an export in text form", "Export the data as CSV or JSON")
    return text, doubt


def _no_utf8(data: bytes, first: int) -> tuple[str, str]:
    """Text with bytes that are no UTF-8: that of an older Windows tool, or UTF-8 that was damaged in few places."""
    text = data.decode("utf-8", "surrogateescape")
    odd = len(_ODD.findall(text))
    line = data.count(b"\n", 0, first) + 1
    if odd > len(_NOT_ASCII.findall(text)) - odd:
        try:
            return data.decode("cp1252"), f"It is not UTF-8 (line {line}): read as Windows-1252, which may be wrong."
        except UnicodeDecodeError:
            pass
    return _ODD.sub("\ufffd", text), f"{odd} bytes in it are no UTF-8, the first in line {line}: shown as \ufffd."
