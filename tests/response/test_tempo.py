"""How fast: contain at once where money moves, else look first and strike everywhere at once. A person decides."""

from response.making import finding, thing, user, verdict
from tables import SUBJECT, state

from o365nb import response
from o365nb.model import Verdict

OTHER = "bob@contoso.example"


def test_money_that_moves_is_stopped_first(plan):
    advice = response.tempo(plan(verdict(), [finding(), finding("F2", "im-invoice-fraud")], users=[user()]))
    assert advice.contain_first
    assert "call the bank meanwhile" in advice.why


def test_otherwise_all_accounts_are_closed_in_one_window(plan):
    users = [user(), user(OTHER, "0a0a0a0a-0000-4000-8000-000000000009")]
    made = plan(verdict(subjects=(SUBJECT, OTHER)), [finding(), finding("F2", subject=OTHER)], users=users)
    advice = response.tempo(made)
    assert not advice.contain_first
    assert "close all 2 accounts in one window" in advice.why
    closing = [step.action for step in made.steps if step.phase == "contain" and step.automatic]
    assert closing[:4] == ["block_sign_in", "block_sign_in", "revoke_sessions", "revoke_sessions"]
    assert f"tempo    {advice.why}" in response.preview(made)


def test_a_role_makes_it_the_whole_tenants_concern(plan):
    row = state("role.active", "own", role="User Administrator", role_id="r1", state="active",
                principal_id=user()["user_id"], scope="/")  # fmt: skip
    made = plan(verdict(), [finding()], [thing("role", row["key"])], users=[user()], roles=[row])
    assert "other administrators" in response.tempo(made).why


def test_where_no_account_is_closed_there_is_nothing_to_choose(plan):
    made = plan(verdict(Verdict.SUSPECTED), [finding()], users=[user()])
    assert response.tempo(made) is None
    assert not [line for line in response.preview(made) if line.startswith("tempo")]
