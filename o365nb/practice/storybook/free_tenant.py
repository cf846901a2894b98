"""S11: the attack of S01 on a tenant that pays for nothing: much of it was never written down, or is kept for a week.

No sign-ins can be read, directory audits go back seven days, nobody rates risk. And on the second day the intruder
reads so much that the service stops to record who opens what in the mailbox.
"""

from __future__ import annotations

from dataclasses import replace

from o365nb.practice.ids import Json, guid, message_id
from o365nb.practice.logs import mailbox
from o365nb.practice.people import DOMAIN
from o365nb.practice.story import FREE
from o365nb.practice.storybook.aitm import SUBJECT, Act, AitmStory, play
from o365nb.practice.storybook.hands import attack
from o365nb.practice.world import Entry, World

#: Exchange stops recording opened mail for a day after this many records within a day.
LIMIT = 1000
#: What the same events would lead to where Entra's sign-ins can be read.
HIDDEN = ("ia-token-replay-nonint",)
#: The night in which everything is read: hours after the intruder came.
BEGIN, END = 13.0, 19.0


class FreeTenantStory(AitmStory):
    """The same intruder and the same deeds; what differs is what anybody can still see of them."""

    info = replace(
        AitmStory.info,
        id="S11",
        slug="free_tenant",
        title="The same attack in a tenant without licences",
        plans=FREE,
    )

    def write(self, world: World, state: Json) -> None:
        act = play(world, state)
        _read_everything(act)
        _go_unrecorded(act)
        for told in world.truth.values():
            told["findings"] = [slug for slug in told["findings"] if slug not in HIDDEN]


def _read_everything(act: Act) -> None:
    """Years of mail, one message after the other, all night; the last record says that no more will follow."""
    note = attack("collection", "co-mia-bind", "co-mia-throttled")
    act.replay(BEGIN * 60 - 1, attack("persistence", "ia-kit-useragent"))
    for number in range(LIMIT):
        minutes = BEGIN * 60 + number * (END - BEGIN) * 60 / (LIMIT - 1)
        folder = act.rng.choice(("\\Inbox", "\\Inbox", "\\Sent Items", "\\Archive"))
        mails = [(message_id(act.rng, DOMAIN), act.rng.randrange(9_000, 240_000)) for _ in range(1 + number % 3)]
        data = mailbox.items_accessed(
            act.access(), guid(act.rng), act.at(minutes), folder, mails, throttled=number == LIMIT - 1
        )
        act.log(data, minutes, note)


def _go_unrecorded(act: Act) -> None:
    """From then on nobody's opening of single mails is recorded, Anna's own neither; synchronising still is."""
    since = act.at(END * 60)

    def unwritten(entry: Entry) -> bool:
        data = entry.record["auditData"]
        bind = data["Operation"] == "MailItemsAccessed" and "Folders" in data
        return bind and entry.at > since and data["MailboxOwnerUPN"] == SUBJECT

    act.world.forget_audits(unwritten)
