"""What differs between two states of the practice tenant, in lines that a person can check."""

import json
import re

_NAMES = (
    "userPrincipalName",
    "displayName",
    "name",
    "Name",
    "deviceName",
    "actionName",
    "type",
    "scope",
    "phoneNumber",
)
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$")


def differences(before, after):
    """One line for each value that was changed, taken away or added; nothing else differs, byte for byte.

    Things of a list are named by what they are called, since their ids say nothing. A time that was set says "then".
    """
    return sorted(_differences(before, after, ""))


def _differences(before, after, path):
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        names = _named(before, after)
        for key in [*before, *(key for key in after if key not in before)]:
            if key in before and key in after:
                yield from _differences(before[key], after[key], f"{path}/{names[key]}")
            elif key in before:
                yield f"{path}/{names[key]} gone"
            else:
                yield f"{path}/{names[key]} added"
    elif isinstance(before, list) and isinstance(after, list) and _things(before) and _things(after):
        yield from _differences(_by_id(before), _by_id(after), path)
    else:
        yield f"{path}: {_short(before)} → {_short(after)}"


def _things(items):
    return all(isinstance(item, dict) for item in items)


def _by_id(items):
    found = {}
    for item in items:
        named = (item.get(name) for name in ("id", "Identity", "number"))
        found[str(next(filter(None, named), "") or json.dumps(item, sort_keys=True))] = item
    return found


def _named(before, after):
    return {key: _name(key, before.get(key, after.get(key))) for key in {**before, **after}}


def _name(key, item):
    if not isinstance(item, dict):
        return key
    if "record" in item:
        return _name(key, item["record"])
    told = [item[name] for name in _NAMES if item.get(name)]
    return str(told[0]).strip() if told else key


def _short(value):
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return "then" if _TIME.match(text) else text
