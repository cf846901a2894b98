"""Holes in a log, told apart from nights, weekends and leave."""

from datetime import timedelta

import pytest

from o365nb.intake.holes import Habits, Hole, holes
from o365nb.model import Window, utc

MONDAY = utc("2026-10-05")
HOUR = timedelta(hours=1)


def office(weeks=4, begin=8, end=17, skip=()):
    """Somebody who works from Monday to Friday; at noon every third day passes without an event."""
    days = [MONDAY + timedelta(days=day) for day in range(7 * weeks)]
    hours = {day + HOUR * hour for day in days if day.weekday() < 5 for hour in range(begin, end)}
    hours -= {day + HOUR * 12 for day in days if day.day % 3 == 0}
    return hours - set(skip)


def span(day, first, last, days=0):
    start = MONDAY + timedelta(days=day)
    return Window(start + HOUR * first, start + timedelta(days=days) + HOUR * last)


def within(window):
    return {window.start + HOUR * n for n in range(int((window.end - window.start) / HOUR))}


def found(cut, **more):
    return holes(Habits(office(skip=within(cut))), **more)


def beside(cut, *others):
    """The hours of one person and of others who work like her, but seldom where they begin late."""
    return {"anna": office(skip=within(cut)), **{name: office(begin=begin) - within(cut) for name, begin in others}}


def test_nights_weekends_and_a_lunch_now_and_then_are_no_holes():
    assert holes(Habits(office())) == []


@pytest.mark.parametrize("other", ["bob", ""], ids=["a colleague", "the services"])
def test_hours_missing_inside_a_working_day_of_several_are_a_hole_that_limits(other):
    cut = span(9, 9, 15)
    assert found(cut, actors=beside(cut, (other, 8))) == [Hole(cut, 6, "within a day")]
    assert found(cut, actors=beside(cut, (other, 8)))[0].limits


@pytest.mark.parametrize("others", [[], [("bob", 16)]], ids=["alone", "a colleague who is seldom there then"])
def test_one_persons_idle_afternoon_may_be_a_meeting_so_it_is_told_and_limits_nothing(others):
    cut = span(9, 9, 15)
    (hole,) = found(cut, actors=beside(cut, *others))
    assert (hole, hole.limits) == (Hole(cut, 6, ""), False)


def test_one_persons_idle_afternoon_limits_when_other_evidence_shows_work_in_it():
    cut = span(9, 9, 15)
    at_work = {cut.start + HOUR, cut.start + HOUR * 3}
    assert found(cut, actors=beside(cut), at_work=at_work) == [Hole(cut, 6, "at work")]


def test_the_hole_reaches_from_the_first_usual_hour_to_the_last_and_never_into_the_night():
    assert found(span(9, 0, 24, days=1)) == [Hole(span(9, 8, 17, days=1), 18, "days")]


def test_one_silent_day_may_be_leave_so_it_is_told_and_limits_nothing():
    (hole,) = found(span(9, 0, 24))
    assert (hole, hole.limits) == (Hole(span(9, 8, 17), 9, ""), False)


def test_one_silent_day_limits_when_other_evidence_shows_work_in_it():
    day = span(9, 0, 24)
    at_work = {day.start + HOUR * 9, day.start + HOUR * 14}
    assert found(day, at_work=at_work) == [Hole(span(9, 8, 17), 9, "at work")]
    assert found(day, at_work={day.start + HOUR * 9})[0].why == ""


def test_one_silent_day_limits_when_the_log_is_of_many_accounts():
    cut = span(9, 0, 24)
    assert found(cut, actors=beside(cut, *((f"p{n}", 8) for n in range(4)))) == [Hole(span(9, 8, 17), 9, "many")]


def test_a_day_left_early_may_be_leave():
    assert [hole.why for hole in found(span(9, 11, 17))] == [""]


@pytest.mark.parametrize("cut", [span(9, 10, 11), span(9, 10, 12), span(12, 0, 24), span(9, 20, 24)])
def test_an_hour_or_two_a_weekend_and_a_night_are_never_missed(cut):
    assert found(cut) == []


def test_between_two_files_two_usual_hours_are_enough():
    cut = span(9, 9, 11)
    assert found(cut, seams=[cut]) == [Hole(cut, 2, "between files")]
    assert found(cut, seams=[span(16, 9, 11)]) == []
    assert holes(Habits(office()), seams=[span(9, 17, 8, days=1)]) == []


def test_two_cuts_are_two_holes_in_order():
    cuts = [span(9, 9, 15), span(17, 9, 15)]
    both = holes(Habits(office(skip=within(cuts[0]) | within(cuts[1]))))
    assert [hole.window for hole in both] == cuts


def test_a_day_that_turns_at_midnight_elsewhere_is_one_working_day():
    sydney = {hour - HOUR * 11 for hour in office()}
    cut = Window(span(9, 0, 24).start - HOUR * 11, span(9, 0, 24).end - HOUR * 11)
    assert holes(Habits(sydney)) == []
    assert holes(Habits(sydney - within(cut))) == [Hole(Window(cut.start + HOUR * 8, cut.end - HOUR * 7), 9, "")]


@pytest.mark.parametrize("weeks", [0, 1])
def test_without_a_baseline_nothing_is_claimed(weeks):
    habits = Habits(office(weeks=weeks, skip=within(span(1, 9, 15))))
    assert (habits.known, holes(habits)) == (False, [])


def test_what_is_seldom_is_never_missed():
    once_a_day = {MONDAY + timedelta(days=day, hours=8 + day % 5) for day in range(28) if day % 7 < 5}
    assert holes(Habits(once_a_day - within(span(9, 0, 24)))) == []


def test_times_that_are_wrong_by_centuries_change_nothing():
    wrong = {utc("0001-01-01"), utc("1601-01-01"), utc("9999-12-31T23:00:00Z")}
    cut = span(9, 9, 15)
    assert holes(Habits(office(skip=within(cut)) | wrong)) == [Hole(cut, 6, "")]
    assert holes(Habits(wrong)) == []
