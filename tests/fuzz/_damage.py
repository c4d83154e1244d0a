"""Ways of damaging a JSON value or bytes."""

import copy
import json

WEIRD = (
    *(None, True, False, 0, 1, -1, 7, 2**31, 2**63, -(2**63), 10**30, 10**400),
    *(0.5, -0.5, 1e-320, 1e308, -1e308, float("nan"), float("inf"), -float("inf")),
    *("", "x", "\x00", "\u2028", "$x^{", "<b>", "é" * 9, "1", "nan", "AAAA", "=", "{{ 7 }}"),
    *([], {}, [[]], [0], [None], [[1, 2], [3]], {"x": 1}, {"": None}, [1e308] * 3),
)


def damaged_json(value, random):
    """Return a copy with one to three things in it replaced, removed, doubled or exchanged."""
    value = copy.deepcopy(value)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        places = list(_places(value))
        if not places:
            return random.choice(WEIRD)
        random.choice(_CHANGES)(*random.choice(places), places, random)
    return value


def _places(value):
    """Yield (container, key) of everything in it; long lists count for a few of their items."""
    if isinstance(value, dict):
        keys = list(value)
    else:
        keys = range(len(value)) if len(value) < 8 else (0, 1, len(value) // 2, len(value) - 1)
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _replace(container, key, places, random):
    container[key] = copy.deepcopy(random.choice(WEIRD))


def _nudge(container, key, places, random):
    value = container[key]
    if isinstance(value, str):
        place = random.randrange(len(value) + 1)
        container[key] = value[:place] + random.choice("Az09=+/ $\x01\ufffd") + value[place + 1 :]
    elif isinstance(value, bool) or value is None:
        container[key] = not value
    elif isinstance(value, int | float):
        container[key] = random.choice((value + 1, -value, value * 1e9, value / 3, str(value)))
    else:
        container[key] = random.choice(([value], {"x": value}, value * 2 if value == [] else []))


def _remove(container, key, places, random):
    del container[key]


def _double(container, key, places, random):
    if isinstance(container, list):
        container.insert(key, copy.deepcopy(container[key]))
    else:
        container[f"{key}2"] = container[key]


def _exchange(container, key, places, random):
    other, place = random.choice(places)
    container[key] = copy.deepcopy(other[place])


_CHANGES = (_replace, _replace, _nudge, _nudge, _remove, _double, _exchange)


def damaged_bytes(content, random):
    """Return bytes with some of them changed, cut off, put in or exchanged."""
    content = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 5, 40))):
        place = random.randrange(len(content) + 1)
        change = random.randrange(5)
        if change == 0:
            del content[place:]
        elif change == 1:
            del content[place : place + random.randrange(1, 40)]
        elif change == 2:
            content[place:place] = random.randbytes(random.randrange(1, 40))
        elif content and change == 3:
            content[place % len(content)] ^= 1 << random.randrange(8)
        elif content:
            content[place % len(content)] = random.randrange(256)
    return bytes(content)


def damaged_text(text, random):
    """Return a damaged JSON text: another value, or other characters."""
    if random.random() < 0.8:
        return json.dumps(damaged_json(json.loads(text), random))
    return damaged_bytes(text.encode(), random).decode(errors="replace")
