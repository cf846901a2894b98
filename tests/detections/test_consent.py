"""Applications with access to the mailbox."""

from __future__ import annotations

import pytest
from detections.world import HOSTILE, INTRUDER, ask, at, sign_in, usual
from tables import SUBJECT, event, state

from o365nb.model import Answer

EM_CLIENT = "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd"
FOREIGN = {
    "app_owner_tenant": "99999999-0000-4000-8000-000000000000",
    "verified_publisher": False,
    "consent_type": "Principal",
}
SCOPES = ["Mail.ReadWrite", "offline_access", "User.Read"]


def grant(identity="1", **given):
    return state(
        "oauth_grant", identity, **{"app_id": "a", "app_name": "Handy Mail", "scopes": SCOPES, **FOREIGN, **given}
    )


def consent(**given):
    permissions = f"[] => [[Id: x, ClientId: y, Scope: {' '.join(SCOPES)} , ...]]"
    told = {
        "ModifiedProperties.ConsentContext.IsAdminConsent": "False",
        "ModifiedProperties.ConsentAction.Permissions": permissions,
    }
    return event(**{"source": "directory_audit", "operation": "Consent to application", "target": "Handy Mail",
                    "event_id": "consent", "properties": told, **given})  # fmt: skip


FOUND = {
    "pe-oauth-known-bad": {"oauth_grants": [grant(app_id=EM_CLIENT.upper())]},
    "pe-oauth-risky-consent": {"oauth_grants": [grant()]},
    "pe-oauth-app-use": {
        "events": [*usual(), sign_in(**INTRUDER, source="sign_in_noninteractive", app_id=EM_CLIENT, event_id="use")]
    },
}
INNOCENT = {
    "pe-oauth-known-bad": {"oauth_grants": [grant()]},
    "pe-oauth-risky-consent": {
        "oauth_grants": [
            grant("1", verified_publisher=True),
            grant("2", app_owner_tenant="f8cdef31-a31e-4b4a-93e4-5f571e91255a"),
            grant("3", scopes=["User.Read", "openid", "offline_access"]),
            grant("4", scopes=["Mail.Read"]),
            grant("5", consent_type="AllPrincipals", owner=""),
            grant("6", owner="somebody@contoso.example"),
        ]
    },
    "pe-oauth-app-use": {"events": [*usual(), sign_in(source="sign_in_noninteractive", app_id=EM_CLIENT)]},
}


@pytest.mark.parametrize("slug", FOUND)
def test_finds(tmp_path, slug):
    answer, hits = ask(tmp_path, slug, **FOUND[slug])
    assert (answer.verdict, len(hits), hits[0].subject) == (Answer.FOUND, 1, SUBJECT)


@pytest.mark.parametrize("slug", FOUND)
def test_stays_silent(tmp_path, slug):
    answer, hits = ask(tmp_path, slug, **INNOCENT[slug])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


@pytest.mark.parametrize("slug", FOUND)
def test_survives_hostile_text(tmp_path, slug):
    spoiled = {name: [{**row, "app_name": HOSTILE} for row in rows] for name, rows in FOUND[slug].items()}
    _, hits = ask(tmp_path, slug, **spoiled)
    assert not any(char in hit.summary for hit in hits for char in "\x1b\u202e")
    assert len(hits) == 1


def test_consent_in_the_log(tmp_path):
    _, hits = ask(tmp_path, "pe-oauth-risky-consent", events=[consent()])
    assert [(hit.evidence, hit.summary) for hit in hits] == [
        (("consent",), '"Handy Mail" may read mail and stay signed in')
    ]


def test_an_administrators_consent_for_all_is_silent(tmp_path):
    row = consent()
    row["properties"]["ModifiedProperties.ConsentContext.IsAdminConsent"] = "True"
    answer, _ = ask(tmp_path, "pe-oauth-risky-consent", events=[row])
    assert answer.verdict is Answer.CLEAR


def test_consent_and_use_of_a_known_bad_app_by_its_id_in_the_details(tmp_path):
    row = consent(properties={"AdditionalDetails.AppId": EM_CLIENT})
    _, hits = ask(tmp_path, "pe-oauth-known-bad", events=[row])
    assert [(hit.evidence, hit.summary) for hit in hits] == [
        (("consent",), "eM Client was granted access to the account")
    ]


def agreed(**given):
    """What the user's own hand does while it lets eM Client in: agree, and sign in to it."""
    said = {"AdditionalDetails.AppId": EM_CLIENT}
    return [
        consent(target="Office 365 Exchange Online", operation="Add delegated permission grant", properties=said,
                event_id="granted"),
        sign_in(app_id=EM_CLIENT, time=at(minutes=1), event_id="to agree", **given),
    ]  # fmt: skip


USED = sign_in(**INTRUDER, source="sign_in_noninteractive", app_id=EM_CLIENT, time=at(minutes=2), event_id="use")


def test_signing_in_to_agree_to_a_program_does_not_make_it_the_users_own(tmp_path):
    _, hits = ask(tmp_path, "pe-oauth-app-use", events=[*usual(), *agreed(), USED])
    assert [hit.evidence for hit in hits] == [("use",)]


def test_running_the_program_at_home_does(tmp_path):
    own = sign_in(app_id=EM_CLIENT, source="sign_in_noninteractive", time=at(hours=3), event_id="own")
    answer, hits = ask(tmp_path, "pe-oauth-app-use", events=[*usual(), *agreed(), own, USED])
    assert (answer.verdict, hits) == (Answer.CLEAR, [])


def test_one_consent_written_under_many_names_is_one_finding(tmp_path):
    known = grant(app_id=EM_CLIENT, app_name="eM Client", client_id="11111111-0000-4000-8000-00000000000c")
    also = {"AdditionalDetails.AppId": EM_CLIENT, **consent()["properties"]}
    rows = [
        consent(target=target, event_id=target, properties=also)
        for target in ("Office 365 Exchange Online", "11111111-0000-4000-8000-00000000000c", "eM Client")
    ]
    _, hits = ask(tmp_path, "pe-oauth-risky-consent", events=rows, oauth_grants=[known])
    assert [(hit.summary, len(hit.evidence)) for hit in hits] == [('"eM Client" may read mail and stay signed in', 4)]
