"""What a user brings beside evidence: databases of addresses, and the analyst's networks.csv; kept with the case."""

import json

import pytest
from evidence import audit, case_of, rows, signed_in
from mmdb_writer import ASN, CITY, write

from o365nb import intake
from o365nb.errors import BadEvidence
from o365nb.events.addresses import known
from o365nb.events.mmdb import Place
from o365nb.events.networks import Enrichment, create
from o365nb.events.registry import Registry, registry
from o365nb.progress import Progress

V4, V6 = "81.2.69.142", "2a02:8108::1"
SELECT = "SELECT DISTINCT client_ip, country, city, asn, as_org, network_kind FROM events ORDER BY 1"
AT_COLOGNE = {"country": "DE", "city": "Cologne", "asn": 3320, "as_org": "Deutsche Telekom", "network_kind": "isp"}


@pytest.fixture
def databases(tmp_path):
    city = write(tmp_path / "db" / "city.mmdb", "GeoLite2-City", {"81.2.69.0/24": CITY, "2a02:8108::/32": CITY})
    asn = write(tmp_path / "db" / "asn.mmdb", "GeoLite2-ASN", {"81.2.69.0/24": ASN, "2a02:8108::/32": ASN})
    return city, asn


@pytest.fixture
def case(tmp_path):
    return case_of(tmp_path, {"u.json": json.dumps([audit(ClientIP=V4), audit(number=2, ClientIP=f"[{V6}]:443")])})


def bring(case, tmp_path, *given, fresh=False):
    intake.bring(case, tuple(given), tmp_path / "settings", fresh=fresh)
    intake.build_tables(case, Progress())


def places(case):
    return {row.pop("client_ip"): row for row in rows(case, SELECT)}


def test_a_database_fills_what_the_evidence_leaves_out(case, databases, tmp_path):
    bring(case, tmp_path, *databases)
    assert places(case) == {V4: AT_COLOGNE, V6: AT_COLOGNE}
    told = rows(case, "SELECT * FROM addresses WHERE address = '81.2.69.142'")
    assert told == [{
        "address": V4, "scope": "public", "embedded": None,
        "country": "DE", "country_from": "GeoLite2-City, 2026-11-17",
        "city": "Cologne", "city_from": "GeoLite2-City, 2026-11-17",
        "asn": 3320, "asn_from": "GeoLite2-ASN, 2026-11-17",
        "as_org": "Deutsche Telekom", "org_from": "list of networks, 2026-11-24",
        "network_kind": "isp", "kind_from": "list of networks, 2026-11-24", "label": None,
    }]  # fmt: skip


def test_the_case_names_its_databases_and_stays_what_it_is_without_them(case, databases, tmp_path):
    bring(case, tmp_path, *databases)
    named = json.loads((case.root / "case.json").read_text("utf-8"))["databases"]
    assert [(one["name"], one["type"], one["built"], len(one["sha256"])) for one in named] == [
        ("city.mmdb", "GeoLite2-City", "2026-11-17", 64), ("asn.mmdb", "GeoLite2-ASN", "2026-11-17", 64),
    ]  # fmt: skip
    databases[0].unlink()
    write(databases[1], "GeoLite2-ASN", {"81.2.69.0/24": {**ASN, "autonomous_system_number": 9009}})  # a newer edition
    (case.tables / "counts.json").unlink(missing_ok=True)
    (case.tables / "events.parquet").unlink()
    reopened = type(case).open(case.root)
    intake.build_tables(reopened, Progress())
    assert places(reopened) == {V4: AT_COLOGNE, V6: AT_COLOGNE}


def test_the_cases_own_sign_ins_come_first(databases, tmp_path):
    signed = signed_in(ipAddress=V4, autonomousSystemNumber=64499, location={"countryOrRegion": "AT", "city": "Wien"})
    case = case_of(tmp_path, {"s.json": json.dumps([signed]), "u.json": json.dumps([audit(ClientIP=V4)])})
    bring(case, tmp_path, *databases)
    assert places(case) == {
        V4: {"country": "AT", "city": "Wien", "asn": 64499, "as_org": "Deutsche Telekom AG", "network_kind": "isp"}
    }


def test_the_analysts_word_comes_before_everything(case, databases, tmp_path):
    (case.root / "networks.csv").write_text(f"network,kind,org,label\n{V4},vpn,,our VPN\nAS3320,corporate,Contoso,\n")
    bring(case, tmp_path, *databases)
    assert places(case) == {
        V4: {**AT_COLOGNE, "as_org": "our VPN", "network_kind": "vpn"},
        V6: {**AT_COLOGNE, "as_org": "Contoso", "network_kind": "corporate"},
    }
    told = rows(case, "SELECT label, kind_from, org_from FROM addresses ORDER BY address DESC")
    assert told == [
        {"label": "our VPN", "kind_from": "networks.csv", "org_from": "networks.csv"},
        {"label": None, "kind_from": "networks.csv", "org_from": "networks.csv"},
    ]
    (case.root / "networks.csv").unlink()  # taken back: the tables are made again
    intake.build_tables(case, Progress())
    assert places(case) == {V4: AT_COLOGNE, V6: AT_COLOGNE}


def test_the_analysts_word_also_covers_an_address_whose_sign_in_names_its_network(tmp_path):
    signed = [signed_in(ipAddress="203.0.113.9", autonomousSystemNumber=24940),
              signed_in(id="b", ipAddress="203.0.113.200", autonomousSystemNumber=24940)]  # fmt: skip
    case = case_of(tmp_path, {"s.json": json.dumps(signed)})
    (case.root / "networks.csv").write_text("network,kind,label\n203.0.113.0/25,corporate,our exit\n")
    intake.build_tables(case, Progress())
    assert rows(case, "SELECT client_ip, as_org, network_kind FROM events ORDER BY 1") == [
        {"client_ip": "203.0.113.200", "as_org": "Hetzner Online", "network_kind": "hosting"},
        {"client_ip": "203.0.113.9", "as_org": "our exit", "network_kind": "corporate"},
    ]


def test_a_line_that_cannot_be_read_stops_with_its_number(case):
    (case.root / "networks.csv").write_text("network,kind\n203.0.113.0/24,office\n")
    with pytest.raises(BadEvidence, match=r"networks\.csv, line 2: 'office' is no kind of network"):
        intake.build_tables(case, Progress())


def test_a_fresh_case_takes_what_the_user_keeps_and_a_standing_one_stays(case, databases, tmp_path, monkeypatch):
    settings = tmp_path / "settings"
    write(settings / "mmdb" / "kept.mmdb", "DBIP-Country-Lite", {"81.2.69.0/24": {"country": {"iso_code": "FR"}}})
    (settings / "networks.csv").write_text(f"network,kind\n{V6},corporate\n")
    monkeypatch.setenv("O365NB_MMDB", str(databases[0]))
    bring(case, tmp_path)
    assert case.info.databases == ()
    bring(case, tmp_path, fresh=True)
    assert [one["name"] for one in case.info.databases] == ["city.mmdb", "kept.mmdb"]
    (settings / "networks.csv").write_text("network,kind\n")
    assert [(row["country"], row["network_kind"]) for row in places(case).values()] == [
        ("DE", "corporate"), ("DE", "unknown"),
    ]  # fmt: skip


def test_microsofts_own_addresses_are_known_without_a_network_number(tmp_path):
    case = case_of(tmp_path, {"u.json": json.dumps([audit(ClientIP="40.96.1.1"),
                                                    audit(number=2, ClientIP="2603:1026:3000::1"),
                                                    audit(number=3, ClientIP="20.1.1.1")])})  # fmt: skip
    told = rows(case, "SELECT client_ip, as_org, network_kind FROM events ORDER BY event_id")
    microsoft = {"as_org": "Microsoft Corporation", "network_kind": "microsoft"}
    assert told[:2] == [{"client_ip": "40.96.1.1", **microsoft}, {"client_ip": "2603:1026:3000::1", **microsoft}]
    assert told[2]["network_kind"] == "unknown"  # Azure rents that out, to anybody
    assert [row["label"] for row in rows(case, "SELECT label FROM addresses ORDER BY address")] == [
        None, "Microsoft Entra ID", "Exchange Online",
    ]  # fmt: skip


def test_programs_and_applications_are_named(tmp_path):
    signed = signed_in(
        userAgent="python-requests/2.28.1", appDisplayName=None, appId="1FEC8E78-bce4-4aaf-ab1b-5451cc387264",
        deviceDetail={"operatingSystem": "Windows10", "browser": "Samsung Internet 23"},
    )  # fmt: skip
    case = case_of(tmp_path, {"s.json": json.dumps([signed])})
    assert rows(case, "SELECT os, client, client_kind, client_version, app_name FROM events") == [
        {"os": "Windows", "client": "python-requests", "client_kind": "tool", "client_version": "2.28.1",
         "app_name": "Microsoft Teams"}
    ]  # fmt: skip


def test_a_consent_is_not_named_after_the_tool_that_it_was_given_with(tmp_path):
    tool = {"ApplicationId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"}
    consent = audit(Operation="Consent to application.", Workload="AzureActiveDirectory", **tool)
    case = case_of(tmp_path, {"u.json": json.dumps([consent, audit(number=2, **tool)])})
    assert rows(case, "SELECT operation, app_name FROM events ORDER BY event_id") == [
        {"operation": "Consent to application", "app_name": None}, {"operation": "Send", "app_name": "Azure Portal"},
    ]  # fmt: skip


def test_a_damaged_database_stops_before_the_case_names_it(case, tmp_path):
    (tmp_path / "bad.mmdb").write_bytes(b"nothing")
    with pytest.raises(BadEvidence, match=r"bad\.mmdb: not an address database"):
        bring(case, tmp_path, tmp_path / "bad.mmdb")
    assert case.info.databases == ()


def test_damaged_answers_are_named(case, databases, tmp_path):
    bring(case, tmp_path, databases[0])
    (kept,) = (case.root / "enrichment").iterdir()
    kept.write_text("not json\n")
    (case.tables / "events.parquet").unlink()
    with pytest.raises(BadEvidence, match="not the answers of an address database"):
        intake.build_tables(case, Progress())


def test_the_registries_answer_last_and_never_for_private_addresses(tmp_path):
    import duckdb

    told = Registry("registration of the address", {V4: "GB", "10.0.0.1": "US", "8.8.8.8": "nonsense"}.get)
    connection = duckdb.connect()
    connection.execute("CREATE TABLE e (client_ip VARCHAR, source VARCHAR, asn BIGINT, country VARCHAR, city VARCHAR)")
    for address in (V4, "10.0.0.1", "8.8.8.8", "2002:5102:458e::1"):
        connection.execute("INSERT INTO e VALUES (?, 'ual', NULL, NULL, NULL)", [address])
    create(connection, "e", Enrichment(registry=told))
    assert connection.execute("SELECT address, country, country_from FROM addresses ORDER BY 1").fetchall() == [
        ("10.0.0.1", None, None),
        ("2002:5102:458e::1", "GB", "registration of the address"),
        ("8.8.8.8", None, None),
        (V4, "GB", "registration of the address"),
    ]


def test_the_registries_files_are_there_or_not():
    package = registry()
    answer = package.find(known("8.8.8.8")) if package else Place(country="US")
    assert answer == Place(country="US")
