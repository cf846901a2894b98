"""What kind of network an operator runs: by its AS number where a list has it, else by words in its name."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from o365nb.events import lists

#: Words that operators put into their names; the first kind that matches counts. Whole words only: "Cloudberry Dental"
#: sells no cloud. Source: own compilation over registered names. Date: 2026-11-24. Nobody becomes `corporate` or
#: `microsoft` by a name: names are free to choose.
_WORDS: dict[str, str] = {
    "vpn": r"vpn|vpns|proxy|proxies|anonymi[sz]er|privacy|tor exits?|mullvad|nordvpn|packethub|expressvpn|surfshark"
    r"|m247|datacamp|zscaler|netskope",
    "hosting": r"hosting|hosted|hosters?|webhosting|vps|vds|servers?|dedicated|cloud|clouds|colo|colocation"
    r"|data ?cent(?:er|re)s?|rechenzentrum|virtual private servers?|digitalocean|linode|vultr|hetzner|ovh|contabo"
    r"|leaseweb|hostinger|hostwinds|amazon|aws|alibaba|tencent|scaleway|choopa",
    "mobile": r"mobile|mobil|mobility|wireless|cellular|gsm|lte|[345]g|movil|mobiles?",
    "isp": r"telecom|telekom|telecommunications?|telefonica|telef[oó]nica|telco|broadband|cable|kabel|fib(?:re|er)|dsl"
    r"|isp|internet service provider|communications",
}
_RULES = tuple((kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for kind, words in _WORDS.items())
WORDS_TITLE = "words in the operator's name, 2026-11-24"


def by_name(organisation: str) -> str | None:
    """The kind that the words of an operator's name tell; None when they tell none."""
    return next((kind for kind, words in _RULES if words.search(organisation)), None)


@cache
def known_networks() -> dict[int, tuple[str, str]]:
    """Organisation and kind by network number. The practice tenant's (private-use numbers) are read where it ships."""
    rows = [(int(row["asn"]), row) for row in lists.read("networks").rows]
    practice = files("o365nb").joinpath("practice", "networks.csv")
    if practice.is_file():
        told = ((int(row["asn"]), row) for row in lists.rows(practice.read_text("utf-8")))
        rows += [(number, row) for number, row in told if _private_use(number)]
    return {number: (row["organisation"], row["kind"]) for number, row in rows}


def _private_use(number: int) -> bool:
    """RFC 6996 (private use) and RFC 5398 (documentation) network numbers."""
    return 64496 <= number <= 65534 or 65536 <= number <= 65551 or 4_200_000_000 <= number <= 4_294_967_294
