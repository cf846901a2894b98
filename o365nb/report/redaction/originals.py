"""What in a case identifies somebody: read from its tables and results, each original with its one pseudonym."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import getaddresses
from functools import cached_property
from typing import Any
from urllib.parse import quote

from o365nb.case import Case
from o365nb.engine import Engine
from o365nb.model import Assessment, plain
from o365nb.report.markup import visible
from o365nb.report.redaction.ordinary import FOLDERS, MICROSOFT, ORDINARY, PROVIDERS, SYSTEMS
from o365nb.report.redaction.phrases import Phrases
from o365nb.report.redaction.scrub import ADDRESS, HOST_OF_URL, Level, Names

_PEOPLE = "SELECT owner, display_name, mail, addresses FROM users"
_ADDRESSES = """
    SELECT DISTINCT lower(unnest([actor, target, mailbox_owner])) AS value FROM events
    UNION SELECT DISTINCT lower(unnest(list_concat([sender], recipients))) FROM messages
    UNION SELECT DISTINCT lower(trustee) FROM mailbox_permissions
    UNION SELECT DISTINCT lower(assignee) FROM exchange_roles
"""
_NAMED = """
    SELECT DISTINCT unnest([created_by, modified_by]) AS value FROM transport_rules
    UNION SELECT DISTINCT p.value FROM (SELECT unnest(properties) AS p FROM events WHERE properties IS NOT NULL)
          WHERE lower(p.name) IN ('userdisplayname', 'senderdisplayname', 'actordisplayname', 'initiatedby.displayname')
"""
_HEADERS = """
    SELECT DISTINCT h.value FROM (SELECT unnest(headers) AS h FROM messages WHERE headers IS NOT NULL)
    WHERE lower(h.name) IN ('from', 'to', 'cc', 'sender', 'reply-to')
"""
_MINE = (
    "lower(actor) IN (SELECT upn FROM subjects) OR lower(mailbox_owner) IN (SELECT upn FROM subjects)"
    " OR lower(target) IN (SELECT upn FROM subjects)"
)
_MESSAGES = f"""
    SELECT DISTINCT lower(unnest(list_concat([message_id], message_ids))) AS value FROM events WHERE {_MINE}
    UNION SELECT DISTINCT lower(message_id) FROM messages
"""
_DOMAINS = "SELECT DISTINCT lower(value) AS value FROM org_config WHERE name IN ('accepted_domain', 'verified_domain')"
_ORGANISATIONS = "SELECT DISTINCT value FROM org_config WHERE owner = '' AND name IN ('display_name', 'Identity')"
_IPS = "SELECT address AS value FROM addresses UNION SELECT DISTINCT client_ip FROM events"
#: What people wrote, by the word that stands for it; the longer a text, the surer that it is that text.
_TEXTS = {
    "subject": f"""
        SELECT DISTINCT message_subject AS value FROM events WHERE {_MINE}
        UNION SELECT subject FROM messages UNION SELECT subject FROM quarantine""",
    "file": f"""
        SELECT DISTINCT target AS value FROM events
        WHERE ({_MINE}) AND (workload IN ('SharePoint', 'OneDrive') OR operation = 'AttachmentAccess')""",
    "rule": """
        SELECT name AS value FROM inbox_rules UNION SELECT name FROM sweep_rules
        UNION SELECT name FROM rule_changes""",
    "folder": f"""
        SELECT DISTINCT name AS value FROM mail_folders UNION SELECT DISTINCT unnest(folders) FROM events WHERE {_MINE}
        UNION SELECT move_to_folder FROM inbox_rules UNION SELECT copy_to_folder FROM inbox_rules""",
    "device": "SELECT DISTINCT name AS value FROM devices UNION SELECT display_name FROM auth_methods",
    "phone": "SELECT DISTINCT phone_number AS value FROM auth_methods",
}
_PUBLIC_TEXTS = {
    "place": "SELECT DISTINCT city AS value FROM addresses UNION SELECT DISTINCT city FROM events",
    "position": "SELECT DISTINCT unnest([job_title, department]) AS value FROM users",
}
_ANSWERED = re.compile(r"(?i)^\s*((re|aw|fw|fwd|wg|sv|tr|rv)\s*:\s*)+")
_FILE_ENDINGS = frozenset({"json", "jsonl", "gz", "csv", "xml", "zip", "eml", "msg", "txt", "xlsx", "docx", "pdf"})


@dataclass
class Originals:
    """Everything found, in a fixed order: the subjects first, the others by a hash that tells nothing."""

    case: Case
    level: Level
    salt: bytes
    people: dict[str, set[str]] = field(default_factory=dict)  # address → names
    aliases: dict[str, str] = field(default_factory=dict)  # address → the address of the same person to count by
    domains: set[str] = field(default_factory=set)
    own: tuple[str, ...] = ()
    ips: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, found: Assessment, level: Level) -> Originals:
        """Read a case. Two readings of the same case are equal."""
        salt = hashlib.sha256((case.root / "case.json").read_bytes()).digest()
        made = cls(case, level, salt)
        with Engine(case) as engine:
            made._read(engine)
        made._told(found)
        return made

    def names(self) -> Names:
        """The pseudonyms."""
        people, domains, phrases = self._people(), self._domains(), Phrases()
        for address, local in people.items():
            user, _, domain = address.rpartition("@")
            instead = f"{local}@{domains.get(domain, domain)}"
            for form in (address, quote(address), f"{user}_{domain}".replace(".", "_").replace("@", "_")):
                phrases.add(form, instead if form == address else instead.replace("@", "_"))
        self._write(phrases, people, domains)
        ips = {ip: _reserved(ip, number) for number, ip in enumerate(self._order(self.ips), 1)}
        return Names(people, domains, frozenset(self.messages), phrases.ready(), ips)

    def _read(self, engine: Engine) -> None:
        info = self.case.info
        for row in engine.rows(_PEOPLE):
            forms = {one.lower() for one in (row["owner"], row["mail"], *(row["addresses"] or ())) if one}
            self._person(forms, row["display_name"])
        self._add_addresses(_values(engine, _ADDRESSES))
        for text in _values(engine, _HEADERS):
            for name, address in getaddresses([text]):
                self._person({address.lower()}, name)
        self.texts["name"] = list(_values(engine, _NAMED))
        self.messages |= {one.strip("<>") for one in _values(engine, _MESSAGES)}
        self.own = tuple(dict.fromkeys([*info.accepted_domains, *info.domains, *_values(engine, _DOMAINS)]))
        self.domains |= set(self.own)
        self.ips |= set(_values(engine, _IPS))
        self.texts["tenant"] = [*_values(engine, _ORGANISATIONS), info.tenant]
        wanted = {**_TEXTS, **(_PUBLIC_TEXTS if self.level is Level.PUBLIC else {})}
        for kind, sql in wanted.items():
            self.texts[kind] = self._order(_values(engine, sql))

    def _told(self, found: Assessment) -> None:
        """What only the results, the chain of custody or the receipts name."""
        self.texts["file"] += [seen.item for seen in found.exposure if seen.kind in ("file", "link", "chat")]
        self.messages |= {mail.message_id.strip("<>").lower() for mail in found.recipients}
        self.messages |= {seen.item.strip("<>").lower() for seen in found.exposure if seen.kind == "mail"}
        self._add_addresses(self.case.info.subjects)
        lines = [{**line, "path": ""} for line in self.case.custody.entries()]
        for text in _strings([plain(found), lines, list(self.case.receipts.entries())]):
            if "@" in text:
                self._add_addresses(found_in.group().lower() for found_in in ADDRESS.finditer(text))
            if "://" in text:
                self.domains |= {host.lower().strip(".") for host in HOST_OF_URL.findall(text)}

    def _person(self, addresses: set[str], name: str | None) -> None:
        known = sorted(one for one in addresses if _is_address(one))
        for address in known:
            self.people.setdefault(address, set()).update({name} if name else ())
            self.aliases.setdefault(address, known[0])
            self.domains.add(address.rpartition("@")[2])

    def _add_addresses(self, values: Iterable[str]) -> None:
        for value in values:
            if _is_address(value) and value.strip("<>") not in self.messages:
                self._person({value}, None)

    def _people(self) -> dict[str, str]:
        """A local part for each address; those of one person share it."""
        first = [one for one in self.case.info.subjects if one in self.people]
        heads = dict.fromkeys(self.aliases[one] for one in [*first, *self._order(self.people)])
        numbers = {head: number for number, head in enumerate(heads, 1)}
        return {address: f"person-{numbers[self.aliases[address]]}" for address in self.people}

    def _domains(self) -> dict[str, str]:
        if self.level is not Level.PUBLIC:
            return {}
        own = {
            one: f"tenant{'-' + str(number) if number > 1 else ''}.example" for number, one in enumerate(self.own, 1)
        }
        others = [one for one in self._order(self.domains - set(own)) if "." in one and not _microsoft(one)]
        return {**own, **{one: f"org-{number}.example" for number, one in enumerate(others, 1)}}

    def _write(self, phrases: Phrases, people: Mapping[str, str], domains: Mapping[str, str]) -> None:
        for address, local in people.items():
            for name in self.people[address]:
                phrases.add(name, local.replace("person-", "Person "))
        for number, name in enumerate(self.texts.get("name", ()), 1):
            if name and not _is_address(name):
                phrases.add(name, f"Person N{number}", framed=" " not in name)
        for domain, instead in domains.items():
            phrases.add(domain, instead)
        if self.level is Level.PUBLIC:
            for text in (*self.texts["tenant"], self.case.info.ticket):
                phrases.add(text or "", "tenant" if text != self.case.info.ticket else "ticket")
        self._write_texts(phrases)
        for address, local in people.items():
            for part in self._name_parts(address):
                phrases.add(part, local.replace("person-", "Person "))
        for domain, instead in domains.items():
            for label in _labels(domain):
                phrases.add(label, instead.removesuffix(".example"))

    def _write_texts(self, phrases: Phrases) -> None:
        for kind in (*_TEXTS, *_PUBLIC_TEXTS):
            number = 0
            for text in dict.fromkeys(_ANSWERED.sub("", value) for value in self.texts.get(kind, ())):
                parts = [part for part in re.split(r"[\\/]", text) if part] if kind == "folder" else [text]
                for part in parts:
                    if part.lower() in FOLDERS or part.lower() in SYSTEMS or _is_address(part) or part in phrases:
                        continue
                    number += 1
                    _add_text(phrases, kind, part, number)

    def _name_parts(self, address: str) -> Iterator[str]:
        """First names and the like: of one's own people all, of others only what looks like a person's name."""
        local, _, domain = address.rpartition("@")
        parts = re.split(r"[._+\-]", local)
        names = [re.sub(r"\(.*?\)", " ", name) for name in self.people[address]]
        if "#ext#" not in local and (domain in self.own or names or len(parts) > 1):
            for word in [local, *parts, *(part for name in names for part in re.split(r"[\s,]+", name))]:
                low = word.lower().strip("'\".")
                if len(low) > 2 and any(c.isalpha() for c in low) and low not in ORDINARY and low not in self._labels:
                    yield low

    @cached_property
    def _labels(self) -> frozenset[str]:
        """Words by which organisations go: a person's name among them stands for the organisation."""
        return frozenset(label for domain in self.domains for label in _labels(domain))

    def _order(self, values: Iterable[str]) -> list[str]:
        def rank(value: str) -> bytes:
            return hashlib.sha256(self.salt + value.encode("utf-8", "surrogatepass")).digest()

        return sorted(dict.fromkeys(value for value in values if value), key=rank)


def _add_text(phrases: Phrases, kind: str, text: str, number: int) -> None:
    instead = f"{kind} {number}"
    if kind == "file":
        ending = re.search(r"\.[A-Za-z0-9]{1,5}$", text)
        instead = f"file-{number}{ending[0] if ending else ''}"
        name = re.split(r"[\\/]", text)[-1]
        if name and name != text:
            phrases.add(name, instead, framed=_plain_word(name))
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    for form in dict.fromkeys((text, flat, " ".join(visible(text).split()), quote(text, errors="replace"))):
        phrases.add(form, instead, framed=_plain_word(text))


def _plain_word(text: str) -> bool:
    """Whether a text is so short that it would be found where nobody meant it."""
    return len(text) < 12 and not any(char.isdigit() for char in text)


def _labels(domain: str) -> Iterator[str]:
    """The organisation's name in its domain."""
    parts = domain.split(".")
    if len(parts) > 1 and domain not in PROVIDERS and not _microsoft(domain):
        yield from (part for part in parts[:-1] if len(part) > 3 and part not in ORDINARY and part not in PROVIDERS)


def _microsoft(domain: str) -> bool:
    return domain.endswith(tuple("." + one for one in MICROSOFT)) or domain in MICROSOFT


def _reserved(ip: str, number: int) -> str:
    """An address that nobody has: of the reserved block 240/8, or of the discard prefix 100::/64."""
    return f"100::{number:x}" if ":" in ip else f"240.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _is_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None and text.rpartition(".")[2].lower() not in _FILE_ENDINGS


def _values(engine: Engine, sql: str) -> Iterator[str]:
    return (row["value"] for row in engine.rows(sql) if row["value"])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
