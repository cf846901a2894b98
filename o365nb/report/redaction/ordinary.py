"""Words that name nobody, though somebody may be called so: they stand in the kit's own sentences."""

from __future__ import annotations


def _set(text: str, mark: str | None = None) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(mark))


#: Of mailboxes and of sentences; a first name among them is replaced only as a part of the whole name.
ORDINARY = _set("""
    account accounting accounts address admin administrator alert all and any archive audit backup bank billing board
    booking calendar care chat client common company contact customer data default delivery desk device devices
    directory document documents domain events exchange export external file files finance folder for forms from group
    guest hello help helpdesk home hope hour inbox info invoice invoices job jobs law legal link login mail mailbox
    manager mark marketing may media meeting message messages microsoft mobile network news newsletter noreply not
    notes notification notifications office online order orders owner partner payroll person phone planner policy
    postmaster press process project public purchase read reception record records recruiting report reports reply
    request reservation rich role room rule rules sales scan scanner search secure security send sent service
    services session shared sharepoint shop sign source spam staff statement statements subject subjects support
    system systems team teams tenant test the token training travel user users verify video web webmaster welcome
    will with work workshop com net org example test corp local invalid onmicrosoft
""")
#: Where anybody may have a mailbox: their name is no organisation's.
PROVIDERS = _set("""
    gmail.com googlemail.com google.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com aol.com gmx.de
    gmx.net web.de proton.me protonmail.com gmail google outlook hotmail yahoo icloud proton protonmail sharepoint
    microsoft office onmicrosoft
""")
#: Folders that every mailbox has.
FOLDERS = _set(
    """inbox|sent items|sentitems|drafts|deleted items|deleteditems|junk email|junk e-mail|junkemail|archive|outbox|
    conversation history|rss feeds|rss subscriptions|sync issues|calendar|contacts|tasks|notes|journal|files|
    top of information store|recoverable items|deletions|purges|versions|substrateholds|discoveryholds|
    calendar logging|posteingang|gesendete elemente|entwürfe|gelöschte elemente|junk-e-mail|junk e-mail rule|conflicts|
    local failures|server failures|suggested contacts|quick step settings|externalcontacts|yammer root|
    recoverableitemsdeletions""",
    "|",
)
#: Kinds of devices and programs by which a device may be called: they name nobody.
SYSTEMS = _set("windows macos ios android linux chromeos iphone ipad mac mobile phone laptop pc")
#: Microsoft's own hosts: they are those of everybody.
MICROSOFT = _set(
    "microsoft.com microsoftonline.com office.com office365.com outlook.com live.com windows.net azure.com msn.com"
    " skype.com office.net microsoft.us microsoftonline.us"
)
