"""Where places and operators come from, and what error codes mean, as the report says it."""

import json
import re

import pytest
from evidence import SUBJECT, audit, signed_in
from mmdb_writer import ASN, CITY, write

from o365nb import investigate
from o365nb.progress import Progress
from o365nb.report import activity, records
from o365nb.report.dossier import Dossier
from o365nb.request import Request

FAILED = {"status": {"errorCode": 50126, "failureReason": "x"}}


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A case of one failed sign-in and one act from elsewhere, investigated with two databases."""
    monkeypatch.setenv("O365NB_CONFIG", str(tmp_path / "settings" / "profiles.toml"))
    signed = signed_in(ipAddress="81.2.69.142", location={"countryOrRegion": "AT"}, **FAILED)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "s.json").write_text(json.dumps([signed]))
    (tmp_path / "exports" / "u.json").write_text(json.dumps([audit(ClientIP="81.2.69.143")]))
    city = write(tmp_path / "city.mmdb", "GeoLite2-City<b>", {"81.2.69.0/24": CITY})
    asn = write(tmp_path / "asn.mmdb", "GeoLite2-ASN", {"81.2.69.0/24": ASN})
    request = Request(users=(SUBJECT,), data=tmp_path / "data", reports=tmp_path / "reports", mmdb=(city, asn))
    case = investigate.from_files(tmp_path / "exports", request, Progress())
    investigate.analyse(case, Progress())
    return case, Dossier.open(case.root.name, tmp_path / "data", tmp_path / "reports"), asn


def text(view):
    return re.sub(r"\s+", " ", view._repr_html_())


def test_the_networks_say_who_told_of_them_and_why_attempts_failed(made):
    shown = text(activity.networks(made[1]))
    assert "(1 failed: 50126 (wrong user name or password))" in shown
    assert "GeoLite2-ASN, 2026-11-17" in shown
    assert "sign-ins of this case" in shown
    assert "GeoLite2-City&lt;b&gt;, 2026-11-17" in shown
    assert "<b>" not in shown


def test_the_register_names_the_databases_and_what_they_were_not_asked(made):
    case, dossier, asn = made
    named = "Not evidence, but used to name places and operators: asn.mmdb (GeoLite2-ASN, built 2026-11-17, SHA-256"
    assert named in text(records.evidence(dossier))
    asn.unlink()
    (case.root / "enrichment" / f"{case.info.databases[1]['sha256']}.jsonl").unlink()
    (case.tables / "events.parquet").unlink()
    investigate.analyse(case, Progress())
    assert "2 of 2 addresses could not be asked: it was no longer at hand." in text(records.evidence(dossier))
