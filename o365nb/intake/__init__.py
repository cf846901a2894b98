"""The export door: files an analyst was given, recognised by content; and the way from any raw evidence to tables.

    add_files(case, folder, progress)      keep the files raw, with custody
    bring(case, databases, settings, ...)  what addresses are looked up in, beside the evidence
    build_tables(case, progress)           everything raw in the case (either door) → tables/*.parquet
    accounts(case)                         who is in the evidence at all
    evidence_span(case, upns)              the window that the evidence itself suggests
    record_file_coverage(case)             what each file covers of the case's window, into the ledger

The order matters: whether a file covers the window can only be said once the window is known.
"""

from o365nb.intake.base import Damaged, Origin, Record, Shape
from o365nb.intake.brought import bring
from o365nb.intake.counts import FileCount, Span, TableCounts
from o365nb.intake.coverage import accounts, evidence_span, record_file_coverage
from o365nb.intake.files import add_files
from o365nb.intake.recognition import recognise, shape_named, shapes
from o365nb.intake.tables import build_tables

__all__ = [
    "Damaged",
    "FileCount",
    "Origin",
    "Record",
    "Shape",
    "Span",
    "TableCounts",
    "accounts",
    "add_files",
    "bring",
    "build_tables",
    "evidence_span",
    "recognise",
    "record_file_coverage",
    "shape_named",
    "shapes",
]
