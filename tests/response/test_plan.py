"""The plan: attacker objects only, in playbook order, quoted so that nobody's rule name becomes a command."""

import pytest
from response.making import SYNCED_ID, USER_ID, finding, thing, user, verdict
from tables import SUBJECT, make_case, rule, state

from o365nb.engine import Engine
from o365nb.model import Context, Label, Phase, Severity, Step, Verdict
from o365nb.response import actions, make_plan

BOSS = "boss@contoso.example"
HOSTILE = "it's \u2019ere'; Remove-Mailbox 'x\r\n; calc \u202e # $(whoami) `"


def names(plan):
    return [step.action for step in plan.steps]


@pytest.mark.parametrize("kind", [Verdict.SUSPECTED, Verdict.NOT_SUPPORTED, Verdict.CANNOT_TELL])
def test_below_probable_the_user_is_asked_and_nothing_else(plan, kind):
    made = plan(verdict(kind), [finding()], [thing("inbox_rule", "1001")], users=[user()], inbox_rules=[rule()])
    assert [(step.id, step.automatic, step.phase) for step in made.steps] == [("S01-ask_user", False, Phase.SCOPE)]
    assert SUBJECT in made.steps[0].reason


@pytest.mark.parametrize("kind", [Verdict.SUSPECTED, Verdict.NOT_SUPPORTED, Verdict.CANNOT_TELL])
def test_who_only_imitates_is_stopped_by_people_and_the_account_is_left_alone(plan, kind):
    found = [finding("F1", "im-invoice-fraud"), finding("F2", "ia-spoof-not-compromise")]
    made = plan(verdict(kind), found, [], users=[user()])
    assert [(step.action, step.finding_ids, step.automatic) for step in made.steps] == [
        ("stop_payment", ("F1",), False),
        ("ask_user", (), False),
        ("warn_correspondents", ("F1", "F2"), False),
        ("refuse_imitations", ("F1", "F2"), False),
    ]


def test_in_a_taken_account_the_steps_against_imitation_give_way_to_the_full_response(plan):
    made = plan(verdict(Verdict.CONFIRMED), [finding(), finding("F2", "im-invoice-fraud")], [], users=[user()])
    assert not {"stop_payment", "warn_correspondents", "refuse_imitations"} & set(names(made))
    assert {"bank_recall", "notify_recipients", "harden"} <= set(names(made))


@pytest.mark.parametrize("kind", [Verdict.PROBABLE, Verdict.CONFIRMED])
def test_a_taken_account_is_contained_cleaned_and_recovered_in_playbook_order(plan, kind):
    made = plan(
        verdict(kind),
        [finding(), finding("F2", "im-mass-send"), finding("F3", "im-sender-restricted")],
        [thing("inbox_rule", "1001"), thing("auth_method", "m1")],
        users=[user()],
        inbox_rules=[rule()],
        auth_methods=[state("auth_method", "m1", method_id="m1", method_type="phone", phone_number="+1 555")],
    )
    assert [(step.id, step.phase.value) for step in made.steps] == [
        ("S01-snapshot_evidence", "preserve"),
        ("S02-hold_mailbox", "preserve"),
        ("S03-bank_recall", "contain"),
        ("S04-block_sign_in", "contain"),
        ("S05-revoke_sessions", "contain"),
        ("S06-reset_password", "contain"),
        ("S07-lock_protocols", "contain"),
        ("S08-confirm_compromised", "contain"),
        ("S09-ask_user", "scope"),
        ("S10-disable_inbox_rule", "eradicate"),
        ("S11-remove_auth_method", "eradicate"),
        ("S12-revoke_sessions", "eradicate"),
        ("S13-check_devices", "eradicate"),
        ("S14-unblock_sign_in", "recover"),
        ("S15-issue_temporary_pass", "recover"),
        ("S16-dismiss_risk", "recover"),
        ("S17-unrestrict_sender", "recover"),
        ("S18-notify_recipients", "recover"),
        ("S19-verify_again", "verify"),
        ("S20-harden", "lessons"),
    ]
    assert [step.order for step in made.steps] == list(range(1, 21))
    assert made.steps[16].command_equivalent == (
        f"Remove-BlockedSenderAddress -SenderAddress '{SUBJECT}' -Reason 'The account was cleaned and given back'"
    )


def test_a_step_says_everything_that_applying_it_needs(plan):
    made = plan(verdict(), [finding(actions=("block_sign_in",))], users=[user()])
    assert made.steps[2] == Step(
        id="S03-block_sign_in",
        phase=Phase.CONTAIN,
        action="block_sign_in",
        target=SUBJECT,
        reason=f"The attacker can sign in as {SUBJECT}. Blocked, no new token is given to anybody.",
        finding_ids=("F1",),
        automatic=True,
        reversible=True,
        order=3,
        command_equivalent=f"Update-MgUser -UserId '{USER_ID}' -AccountEnabled:$false",
        arguments={"user": USER_ID, "upn": SUBJECT, "playbook": "C1"},
    )


def test_only_attacker_objects_are_named(plan):
    made = plan(
        verdict(),
        [finding()],
        [
            thing("inbox_rule", "1001"),
            thing("inbox_rule", "1002", Label.USER, remove=False),
            thing("inbox_rule", "1003", Label.UNKNOWN, remove=False),
            thing("auth_method", "own", Label.USER, remove=False),
        ],
        users=[user()],
        inbox_rules=[rule(), rule(rule_id="1002", name="Mine"), rule(rule_id="1003")],
        auth_methods=[state("auth_method", "own", method_id="own", method_type="phone")],
    )
    touched = [step.arguments["rule"] for step in made.steps if step.action == "disable_inbox_rule"]
    assert (touched, "remove_auth_method" in names(made)) == (["1001"], False)


def test_an_object_is_found_by_its_evidence_key_too(plan):
    made = plan(
        verdict(),
        [finding()],
        [thing("inbox_rule", f"inbox_rule:{SUBJECT}:1001")],
        users=[user()],
        inbox_rules=[rule()],
    )
    step = next(step for step in made.steps if step.action == "disable_inbox_rule")
    assert (step.automatic, step.arguments) == (
        True,
        {
            "upn": SUBJECT,
            "rule": "1001",
            "side": "graph",
            "name": "Newsletters",
            "deletes": "False",
            "sends_to": "",
            "playbook": "X1",
        },
    )


def test_a_hidden_rule_goes_by_exchange_and_says_what_that_costs(plan):
    made = plan(
        verdict(),
        [finding()],
        [thing("inbox_rule", "777")],
        users=[user()],
        inbox_rules=[rule(rule_id="777", name="..", hidden=True, seen_by=["exchange"], forward_to=["x@evil.example"])],
    )
    step = next(step for step in made.steps if step.action == "disable_inbox_rule")
    assert (step.arguments["side"], step.arguments["sends_to"]) == ("exchange", "x@evil.example")
    assert "drops rules that Outlook keeps" in step.reason
    assert step.command_equivalent == (
        f"Disable-InboxRule -Identity '777' -Mailbox '{SUBJECT}' -AlwaysDeleteOutlookRulesBlob:$true -Force:$true"
        " -Confirm:$false  # rule '..'"
    )


def test_a_rule_known_from_the_log_only_is_left_to_a_person(plan):
    made = plan(verdict(), [finding()], [thing("inbox_rule", "event-1", description="rule '..'")], users=[user()])
    step = next(step for step in made.steps if step.action == "disable_inbox_rule")
    assert (step.automatic, step.command_equivalent) == (
        False,
        f"Get-InboxRule -Mailbox '{SUBJECT}' -IncludeHidden:$true  # rule '..'",
    )


def test_a_synchronised_account_is_blocked_on_premises_too_and_its_password_reset_there(plan):
    made = plan(verdict(), [finding()], users=[user(user_id=SYNCED_ID, synced=True)])
    block, reset = (next(s for s in made.steps if s.action == name) for name in ("block_sign_in", "reset_password"))
    assert "synchronised from on-premises" in block.reason
    assert block.command_equivalent == (
        f"Update-MgUser -UserId '{SYNCED_ID}' -AccountEnabled:$false;"
        f" Get-ADUser -Filter 'UserPrincipalName -eq ''{SUBJECT}''' | Disable-ADAccount"
    )
    assert (block.automatic, reset.automatic) == (True, False)
    assert "Set-ADAccountPassword" in reset.command_equivalent


def test_an_account_that_was_not_collected_is_addressed_by_its_name(plan):
    assert plan(verdict(), [finding()]).steps[2].arguments["user"] == SUBJECT


@pytest.mark.parametrize(
    ("kind", "table", "row", "action", "automatic", "command"),
    [
        (
            "forwarding", "mailboxes", {"forwarding_smtp_address": "x@evil.example"}, "clear_forwarding", True,
            (f"Set-Mailbox -Identity '{SUBJECT}' -ForwardingSmtpAddress $null -ForwardingAddress $null"
            " -DeliverToMailboxAndForward:$false  # forwarding 1"),
        ),
        (
            "oauth_grant", "oauth_grants", {"grant_id": "1", "client_id": "sp"}, "remove_consent", True,
            "Remove-MgOauth2PermissionGrant -OAuth2PermissionGrantId '1'  # oauth_grant 1",
        ),
        (
            "device", "devices", {"device_id": "1", "object_id": "o1"}, "disable_device", True,
            "Update-MgDevice -DeviceId 'o1' -AccountEnabled:$false  # device 1",
        ),
        (
            "delegate", "mailboxes", {"address": SUBJECT}, "remove_mailbox_permission", False,
            f"Get-MailboxPermission -Identity '{SUBJECT}'  # delegate 1",
        ),
        ("flow", "mailboxes", {"address": SUBJECT}, "remove_by_hand", False, ""),
    ],
)  # fmt: skip
def test_every_other_back_door_has_its_step(plan, kind, table, row, action, automatic, command):
    made = plan(verdict(), [finding()], [thing(kind, "1")], users=[user()], **{table: [state(kind, "1", **row)]})
    step = next(step for step in made.steps if step.action == action)
    assert (step.automatic, step.command_equivalent, step.finding_ids) == (automatic, command, ("F1",))


def test_a_consent_for_everybody_says_so(plan):
    row = state("oauth_grant", "1", owner="", grant_id="1", client_id="sp", consent_type="AllPrincipals")
    made = plan(verdict(), [finding()], [thing("oauth_grant", "1", owner="")], oauth_grants=[row])
    assert "everybody in the tenant" in next(step for step in made.steps if step.action == "remove_consent").reason


def test_a_subject_without_anything_of_the_attacker_is_only_asked(plan):
    innocent = finding("F2", subject=BOSS, context=Context.NO)
    slight = finding("F3", subject=BOSS, severity=Severity.LOW)
    made = plan(verdict(subjects=(SUBJECT, BOSS)), [finding(), innocent, slight], users=[user()])
    assert {step.action for step in made.steps if BOSS in step.target} == {"ask_user"}


def test_every_account_is_contained_before_any_is_cleaned(plan):
    made = plan(
        verdict(subjects=(SUBJECT, BOSS)),
        [finding(), finding("F2", subject=BOSS)],
        [thing("inbox_rule", "1001")],
        users=[user(), user(BOSS, SYNCED_ID)],
        inbox_rules=[rule()],
    )
    phases = [step.phase for step in made.steps]
    assert phases == sorted(phases, key=list(Phase).index)
    assert names(made)[3:6] == ["block_sign_in", "block_sign_in", "revoke_sessions"]


def test_the_same_case_gives_the_same_plan_id_and_another_rule_another(tmp_path):
    def made(folder, name):
        case = make_case(tmp_path / folder, users=[user()], inbox_rules=[rule(name=name)])
        with Engine(case) as engine:
            return make_plan(verdict(), [finding()], [thing("inbox_rule", "1001")], engine).plan_id

    assert made("a", "..") == made("b", "..") != made("c", "...")


def test_a_hostile_rule_name_stays_a_comment_on_one_line(plan):
    made = plan(verdict(), [finding()], [thing("inbox_rule", "1001")], users=[user()], inbox_rules=[rule(name=HOSTILE)])
    step = next(step for step in made.steps if step.action == "disable_inbox_rule")
    command, _, remark = step.command_equivalent.partition("  # ")
    assert command == (
        f"Update-MgUserMailFolderMessageRule -UserId '{SUBJECT}' -MailFolderId 'inbox' -MessageRuleId '1001'"
        " -IsEnabled:$false"
    )
    assert not set("\r\n\u202e") & set(remark + step.target + step.reason)


def test_a_hostile_id_or_account_stays_a_quoted_value(plan):
    made = plan(
        verdict(),
        [finding()],
        [thing("inbox_rule", HOSTILE)],
        inbox_rules=[rule(rule_id=HOSTILE, hidden=True)],
    )
    command = next(step for step in made.steps if step.action == "disable_inbox_rule").command_equivalent
    assert "'it''s \u2019\u2019ere''; Remove-Mailbox ''x' + [char]13 + [char]10 + '; calc" in command
    assert not set("\r\n") & set(command)


def test_every_action_is_found_and_has_its_words():
    assert {"block_sign_in", "ask_user", "disable_inbox_rule", "remove_consent", "verify_again"} < set(actions())
    assert [name for name, action in actions().items() if not action.title] == []
    assert [
        name for name, action in actions().items() if not action.reversible and not action.irreversible_because
    ] == []


def test_the_time_of_the_last_attacker_event_is_kept_for_the_gate(plan):
    made = plan(verdict(), [finding(first=None, last=None)], users=[user()])
    assert next(step for step in made.steps if step.action == "unblock_sign_in").arguments["not_before"] == (
        "2026-11-18T06:00:00Z"
    )


@pytest.mark.parametrize("word", [Verdict.SUSPECTED, Verdict.CONFIRMED])
def test_a_reader_of_the_house_is_left_to_people_whatever_else_was_found(plan, word):
    made = plan(verdict(word), [finding(slug="co-nonowner", context=Context.UNKNOWN)], users=[user()])
    (step,) = [step for step in made.steps if step.action == "review_delegate"]
    assert (step.automatic, step.arguments["playbook"]) == (False, "X3")
    assert step.command_equivalent == f"Get-MailboxPermission -Identity '{SUBJECT}'"


def test_pay_is_frozen_where_somebody_was_after_it(plan):
    made = plan(verdict(), [finding(slug="im-payroll")], users=[user()])
    assert [step.action for step in made.steps][2:5] == ["bank_recall", "freeze_pay", "block_sign_in"]
    assert "freeze_pay" not in [step.action for step in plan(verdict(), [finding()], users=[user()]).steps]


def test_what_nobody_knows_whose_it_is_is_gone_through_with_the_user_of_a_taken_account(plan):
    grave = thing("forwarding", "m1", Label.UNKNOWN, because="stood before the log begins", finding_ids=("F1", "F2"))
    others = [
        thing("forwarding", "light", Label.UNKNOWN, finding_ids=("F2",)),
        thing("forwarding", "user's", Label.USER),
        thing("forwarding", "harmless", Label.UNKNOWN, finding_ids=("F3",)),
        thing("forwarding", "somebody's", Label.UNKNOWN, owner=BOSS),
    ]
    found = [
        finding(),
        finding("F2", "pe-x", severity=Severity.MEDIUM),
        finding("F3", "pe-y", context=Context.NO),
    ]
    taken = plan(verdict(Verdict.PROBABLE), found, [grave, *others], users=[user()])
    steps = [step for step in taken.steps if step.action in ("review_object", "clear_forwarding", "remove_by_hand")]
    assert [
        (step.action, step.phase, step.target, step.automatic, step.finding_ids, step.arguments["object"])
        for step in steps
    ] == [("review_object", Phase.ERADICATE, f"forwarding of {SUBJECT}: forwarding m1", False, ("F1", "F2"), "m1")]
    assert steps[0].reason.startswith("Stood before the log begins. Nothing shows whether the intruder or the user")
    suspected = plan(verdict(Verdict.SUSPECTED), found, [grave], users=[user()])
    assert names(suspected) == ["ask_user"]


def test_what_is_to_be_reviewed_is_shown_on_one_line_whatever_it_is_called(plan):
    doubtful = thing("inbox_rule", "r1", Label.UNKNOWN, description=HOSTILE)
    made = plan(verdict(), [finding()], [doubtful], users=[user()])
    target = next(step.target for step in made.steps if step.action == "review_object")
    assert not set("\r\n\u202e") & set(target)


def test_a_doubtful_object_of_the_whole_tenant_is_reviewed_once(plan):
    rule_ = thing("transport_rule", "t1", Label.UNKNOWN, owner="")
    made = plan(verdict(), [finding()], [rule_], users=[user()])
    assert [(step.target, step.arguments["upn"]) for step in made.steps if step.action == "review_object"] == [
        ("transport rule of the tenant: transport_rule t1", "")
    ]
