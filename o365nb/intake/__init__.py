"""The export door: files an analyst was given, recognised by content; and the way from any raw evidence to tables.

    add_files(case, folder, progress)      keep the files raw, with custody
    build_tables(case, progress)           everything raw in the case (either door) → tables/*.parquet
    evidence_span(case, subjects)          the window that the evidence itself suggests
    record_file_coverage(case)             what each file covers of the case's window, into the ledger

The order matters: whether a file covers the window can only be said once the window is known.
"""

from o365nb.intake.base import Damaged, Origin, Record, Shape
from o365nb.intake.recognition import recognise, shape_named, shapes

__all__ = ["Damaged", "Origin", "Record", "Shape", "recognise", "shape_named", "shapes"]
