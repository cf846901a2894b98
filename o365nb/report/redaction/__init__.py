"""Redaction: one original, one pseudonym, in every output of a case.

    none      everybody is named
    customer  people, their addresses, subjects, names of files, rules and devices are replaced: the report can go
              around in the customer's house without naming anybody
    public    domains, organisations, hosts, IP addresses, places and identifiers too

What is redacted is what the report is made from (`redaction.dossier`), before anything is written; at the end every
file is searched for originals (`redaction.leaks`), and one that is found keeps the report from being handed out.
"""

from o365nb.report.redaction.dossier import RedactedDossier, folder_name, redactor
from o365nb.report.redaction.leaks import Leaked, require_clean
from o365nb.report.redaction.scrub import Level, Redactor

__all__ = ["Leaked", "Level", "RedactedDossier", "Redactor", "folder_name", "redactor", "require_clean"]
