"""SQL macros that the normalisers share: times, addresses, names, lists of name and value."""

from __future__ import annotations

Structure = str | dict[str, "Structure"] | list["Structure"]

MACROS: tuple[str, ...] = (
    # A JSON value, also where a tool has put it as text into a string.
    """opened(j) AS CASE WHEN starts_with(j, '"') AND json_valid(j->>'$') THEN CAST(j->>'$' AS JSON) ELSE j END""",
    # Text that says something, else NULL. `<null>` is how older Exchange records write nothing.
    """said(t) AS nullif(nullif(trim(t), ''), '<null>')""",
    # An id of a machine: never padded, and empty where there is none.
    """id(t) AS nullif(t, '')""",
    # Flag enumerations: the service writes text with commas, Microsoft's published description has lists.
    """flags(t) AS CASE WHEN starts_with(t, '[') AND json_valid(t)
        THEN array_to_string(CAST(CAST(t AS JSON) AS VARCHAR[]), ',') ELSE t END""",
    # UTC, whatever the offset; a time without one is UTC. Knows /Date(ms)/.
    """utc_time(t) AS CASE
        WHEN strlen(t) = 19 AND substr(t, 17, 1) = ':' THEN TRY_CAST(t AS TIMESTAMP)  -- the most, and no offset in it
        WHEN contains(t, '/Date(')
        THEN make_timestamp(TRY_CAST(regexp_extract(t, '/Date\\((-?\\d{1,15})', 1) AS BIGINT) * 1000)
        ELSE TRY_CAST(trim(t) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END""",
    # An address without port, brackets and IPv4-in-IPv6 mark; no host name, no loopback (OWA behind a proxy). IPv6 is
    # brought to its one canonical form later, by `networks`.
    """bare_ip(t) AS regexp_replace(regexp_replace(regexp_replace(lower(trim(t)),
        '^\\[([^\\]]*)\\](:\\d+)?$', '\\1'), '^(\\d+\\.\\d+\\.\\d+\\.\\d+):\\d+$', '\\1'),
        '^::ffff:(\\d+\\.\\d+\\.\\d+\\.\\d+)$', '\\1')""",
    # What may be an address: not what Exchange writes for none, nor the loopback of a proxy.
    """spelled(t) AS nullif(nullif(nullif(nullif(t, ''), '<null>'), '::1'), '127.0.0.1')""",
    """address(t) AS CASE
        WHEN bare_ip(t) IN ('::1', '127.0.0.1', '0.0.0.0', '::') THEN NULL
        WHEN regexp_matches(bare_ip(t), '^((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)$')
        THEN bare_ip(t)
        WHEN regexp_matches(bare_ip(t), '^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*$') THEN bare_ip(t)
        ELSE NULL END""",
    # "Update application – Certificates and secrets management " and "Add user." as one writes them.
    """operation_name(t) AS regexp_replace(
        regexp_replace(replace(replace(t, '–', '-'), '—', '-'), '\\s+', ' ', 'g'), '[\\s.]+$', '')""",
    """is_guid(t) AS coalesce(regexp_full_match(trim(t), '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
        AND trim(t) <> '00000000-0000-0000-0000-000000000000', FALSE)""",
    # As services write their ids; `is_guid` knows more ways, and costs more.
    """plain_guid(t) AS regexp_full_match(t, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
        AND t <> '00000000-0000-0000-0000-000000000000'""",
    """any_listed(j) AS CASE
        WHEN json_type(j) = 'ARRAY' THEN [
            {'Name': CASE WHEN json_type(x) = 'OBJECT' THEN x->>'$.Name' END,
             'Value': CASE WHEN json_type(x) = 'OBJECT' THEN x->>'$.Value' ELSE x->>'$' END}
            for x in CAST(j AS JSON[])]
        WHEN said(j->>'$') IS NOT NULL THEN [{'Name': NULL, 'Value': j->>'$'}]
        END""",
    # [{Name, Value}], [text], or text, as STRUCT(Name, Value)[]. A list of objects only is read in one go: that is
    # nearly all, and several times as fast as one by one.
    """listed(j) AS CASE
        WHEN j IS NULL OR j = '[]' THEN NULL
        WHEN starts_with(j, '[{') AND NOT contains(j, '},"') THEN from_json(j, '[{"Name":"VARCHAR","Value":"VARCHAR"}]')
        ELSE any_listed(opened(j)) END""",
    # The same as {name: "prefix.Name", value}; `empty`: an empty value says something too.
    """named(list, prefix, empty) AS [
        {'name': coalesce(prefix || '.' || x.Name, prefix), 'value': x.Value}
        for x in list if empty AND x.Value IS NOT NULL OR x.Value <> '']""",
    """pairs(j, prefix, empty) AS named(listed(j), prefix, empty)""",
    # [{Name, NewValue, OldValue}] as X and X.old; plain texts as they stand.
    """any_changes(j, prefix) AS CASE WHEN json_type(j) = 'ARRAY' THEN [p for p in
        [{'name': prefix || coalesce('.' || (x->>'$.Name'), ''),
          'value': CASE WHEN json_type(x) = 'OBJECT' THEN x->>'$.NewValue' ELSE x->>'$' END}
         for x in CAST(j AS JSON[])]
        || [{'name': prefix || '.' || (x->>'$.Name') || '.old', 'value': x->>'$.OldValue'}
         for x in CAST(j AS JSON[]) if (x->>'$.Name') IS NOT NULL AND said(x->>'$.OldValue') IS NOT NULL]
        if p.value <> '']
        WHEN said(j->>'$') IS NOT NULL THEN [{'name': prefix, 'value': j->>'$'}]
        END""",
    """all_changes(list, prefix) AS [p for p in
        [{'name': prefix || coalesce('.' || x.Name, ''), 'value': x.NewValue} for x in list]
        || [{'name': prefix || '.' || x.Name || '.old', 'value': x.OldValue} for x in list
            if x.Name IS NOT NULL AND said(x.OldValue) IS NOT NULL]
        if p.value <> '']""",
    """changes(j, prefix) AS CASE
        WHEN j IS NULL OR j = '[]' THEN NULL
        WHEN starts_with(j, '[{') AND NOT contains(j, '},"') THEN all_changes(
            from_json(j, '[{"Name":"VARCHAR","NewValue":"VARCHAR","OldValue":"VARCHAR"}]'), prefix)
        WHEN starts_with(j, '["') AND NOT contains(j, '",{')
            THEN [{'name': prefix, 'value': x} for x in from_json(j, '["VARCHAR"]') if x <> '']
        ELSE any_changes(opened(j), prefix) END""",
    """prop(list, wanted) AS said([x.value for x in list if x.name = wanted][1])""",
    # What says something. An empty parameter does: Set-Mailbox with an empty address is forwarding cleared.
    """kept(list) AS [x for x in list if x.name IS NOT NULL AND x.value IS NOT NULL
        AND (x.value <> '' OR starts_with(x.name, 'Parameters.'))]""",
    """one(wanted, text) AS [{'name': wanted, 'value': text}]""",
    """texts(list) AS list_sort(list_distinct([x for x in list if x <> '']))""",
    """truth(t) AS CASE lower(trim(t)) WHEN 'true' THEN TRUE WHEN '1' THEN TRUE WHEN 'false' THEN FALSE
        WHEN '0' THEN FALSE ELSE NULL END""",
    # A JSON string inside a string ("\\"x\\"") without its quotes; everything else as it stands.
    """unquoted(t) AS CASE WHEN starts_with(t, '"') AND json_valid(t) THEN CAST(t AS JSON)->>'$' ELSE t END""",
)

#: Entra error codes that are a step on the way, neither success nor refusal (Microsoft: "Interrupted").
INTERRUPTED: tuple[str, ...] = (
    *("16000", "16001", "50058", "50072", "50074", "50076", "50079", "50097", "50125", "50127", "50129", "50140"),
    *("50199", "50203", "51006", "65001", "9002341"),
)


def create() -> list[str]:
    """The statements that make the macros known to a connection."""
    return [f"CREATE OR REPLACE TEMP MACRO {macro}" for macro in MACROS]


def either(values: tuple[str, ...]) -> str:
    """A pattern of our own words. DuckDB makes a join of a long IN list, and behind a join rows stand in any order: the
    normalisers need them in that of the file."""
    return "|".join(values)


def quoted_list(values: tuple[str, ...]) -> str:
    """SQL text for a constant list of the kit's own words."""
    return ", ".join(f"'{value}'" for value in values)


def structure(texts: tuple[str, ...], nested: tuple[str, ...]) -> dict[str, str]:
    """What shall be read of a record, in one pass: each reading of its own parses the record again, and holds memory
    for it (measured: fifty of them, two threads, 2 GB). Scalars come as text, whatever their type was."""
    return {**dict.fromkeys(texts, "VARCHAR"), **dict.fromkeys(nested, "JSON")}


def sql_type(structure: Structure) -> str:
    """The SQL type of a structure as `from_json` takes it: `[{"a": "VARCHAR"}]` → `STRUCT("a" VARCHAR)[]`."""
    if isinstance(structure, list):
        return f"{sql_type(structure[0])}[]"
    if isinstance(structure, dict):
        return "STRUCT(" + ", ".join(f'"{name}" {sql_type(of)}' for name, of in structure.items()) + ")"
    return structure


def said_of(names: tuple[str, ...], value: str = '"{}"') -> str:
    """Those of some columns that say something, as name and value; NULL where none does."""
    some = ", ".join(f'"{name}"' for name in names)
    pairs = ", ".join(f"{{'name': '{name}', 'value': {value.format(name)}}}" for name in names)
    return f"CASE WHEN coalesce({some}) IS NOT NULL THEN [x for x in [{pairs}] if x.value <> ''] END"
