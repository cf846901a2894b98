from datetime import timedelta

from report.sample import SUBJECT, T0, owner

from o365nb.model import Attribution, Label
from o365nb.timeline import POINTS_PER_ROW, Act, Place, acts_of, points_of, steps_of


def act(seconds, operation="Send", place="", lane=Label.ATTACKER):
    return Act(lane, "", T0 + timedelta(seconds=seconds), operation, SUBJECT, place, "why", f"{operation}-{seconds}")


def test_few_events_stay_single_points_with_their_place():
    events = [Attribution("e1", T0, "sign_in", "Sign-in activity", SUBJECT, Label.ATTACKER, 0.9, "because")]
    acts = acts_of(events, [SUBJECT], {"e1": Place("203.0.113.7", "Hosting Ltd, NL", "OfficeHome")})
    (point,) = points_of(acts)
    assert (point.row, point.count, point.places, point.because) == (
        "Sign-in", 1, ("203.0.113.7, Hosting Ltd, NL, OfficeHome",), ("because",),
    )  # fmt: skip


def test_thousands_of_events_are_bundled_and_none_is_lost():
    points = points_of(acts_of(owner(5000), [SUBJECT], {}))
    assert len(points) <= POINTS_PER_ROW
    assert sum(point.count for point in points) == 5000
    assert len({event for point in points for event in point.event_ids}) == 5000


def test_lanes_come_attacker_first_and_rows_by_their_first_act():
    acts = [act(9, "New-InboxRule"), act(1, "UserLoggedIn", lane=Label.USER), act(2, "Send")]
    assert [(p.lane, p.first) for p in points_of(acts)] == [
        (Label.ATTACKER, T0 + timedelta(seconds=2)),
        (Label.ATTACKER, T0 + timedelta(seconds=9)),
        (Label.USER, T0 + timedelta(seconds=1)),
    ]


def test_an_unbroken_run_is_one_step_even_when_another_runs_beside_it():
    acts = [act(n, "Send" if n % 2 else "Delivered") for n in range(100)]
    assert [(s.operations, s.count) for s in steps_of(acts)] == [((("Delivered", 50),), 50), ((("Send", 50),), 50)]


def test_a_pause_or_another_place_begins_a_new_step():
    acts = [act(0), act(60), act(60 + 1801), act(60 + 1802, place="elsewhere")]
    assert [s.count for s in steps_of(acts)] == [2, 1, 1]


def test_mail_of_a_stranger_is_the_lure_and_mail_of_the_account_is_sent():
    events = [
        Attribution("in", T0, "message_trace", "Message trace", "x@evil.example", Label.ATTACKER, 0.9, ""),
        Attribution("out", T0, "message_trace", "Message trace", SUBJECT, Label.ATTACKER, 0.9, ""),
    ]
    entered = Attribution("entry", T0, "sign_in", "Sign-in activity", SUBJECT, Label.ATTACKER, 0.9, "")
    assert [a.row for a in acts_of([*events, entered], [SUBJECT], {})] == ["Lure", "Mail sent", "Sign-in"]
    assert [a.row for a in acts_of(events, [SUBJECT], {})] == ["Imitation", "Imitation"]  # nobody was in the account
