"""Fluffy's types and values as the generator of programs evaluates them.

A type is a tuple: ("int",), ("float",), ("bool",), ("string",), ("nil",), ("list", element), ("map", key, value), ("rec", name),
("union", name), ("fn", parameter, result). Records are dicts, maps are Maps, nil is None, functions are callables of Python, the rest is
itself.
"""

import math

INT, FLOAT, BOOL, STRING, NIL = ("int",), ("float",), ("bool",), ("string",), ("nil",)
MOST = 2**63


class Panic(Exception):
    """The process ends with this reason."""


class Return(Exception):
    """early_return"""


class TooMuch(Exception):
    """This program would compute too long, or its outcome is not known: another one is drawn."""


def checked(n):
    if not -MOST <= n < MOST:
        raise Panic("integer overflow")
    return n


def divided(a, b):
    if b == 0:
        raise Panic("division by zero")
    quotient = abs(a) // abs(b)
    return checked(quotient if (a < 0) == (b < 0) else -quotient)


def remainder(a, b):
    return a - b * divided(a, b)


def element(xs, i):
    if not 0 <= i < len(xs):
        raise Panic(f"index {i} out of range: the list has {len(xs)} element{'' if len(xs) == 1 else 's'}")
    return xs[i]


def section(xs, a, b):
    if not 0 <= a <= b <= len(xs):
        raise Panic(f"slice {a}..{b} out of range: the list has {len(xs)} element{'' if len(xs) == 1 else 's'}")
    return xs[a:b]


def limited(value):
    if len(value) > 3000:
        raise TooMuch
    return value


ALL = 2**64 - 1
FACTOR, START = 0x9E3779B97F4A7C15, 0x2545F4914F6CDD1D


def fold(a, b):
    product = (a ^ START) * (b ^ FACTOR)
    return product & ALL ^ product >> 64


def hashed(key):
    """As runtime/value/hash.c does it, of an int or a string."""
    if isinstance(key, str):
        data = key.encode()
        result = len(data)
        for at in range(0, len(data) - 7, 8):
            result = fold(result, int.from_bytes(data[at:at + 8], "little"))
        return fold(result, int.from_bytes(data[len(data) // 8 * 8:], "little"))
    bits = key & ALL
    bits = (bits ^ bits >> 32) * FACTOR & ALL
    bits = (bits ^ bits >> 29) * FACTOR & ALL
    return bits ^ bits >> 32


def in_order(keys, shift=0):
    """As a trie has them: of each node first what is in its children, then its own."""
    places = {}
    for key in keys:
        places.setdefault(hashed(key) >> shift & 15, []).append(key)
    below = [key for place in sorted(places) if len(places[place]) > 1 for key in in_order(places[place], shift + 4)]
    return below + [places[place][0] for place in sorted(places) if len(places[place]) == 1]


class Map:
    def __init__(self, entries):
        self.values = {key: entries[key] for key in in_order(entries)}

    def put(self, key, value):
        return Map({**self.values, key: value})

    def remove(self, key):
        return Map({k: v for k, v in self.values.items() if k != key})

    def __len__(self):
        return len(self.values)


def equal(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, Map):
        return equal(a.values, b.values)
    if isinstance(a, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return a == b


def float_text(x):
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    sign = "-" if math.copysign(1, x) < 0 else ""
    mantissa, _, exponent = f"{abs(x)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)
    if not digits:
        return sign + "0.0"
    if whole == "0":
        point -= len(fraction) - len(fraction.lstrip("0")) + 1
    digits = digits.rstrip("0")
    if -6 < point <= 21:
        if point <= 0:
            return sign + "0." + "0" * -point + digits
        return sign + digits[:point].ljust(point, "0") + "." + (digits[point:] or "0")
    return f"{sign}{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}e{point - 1}"


def text(value, top=True):
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str):
        return value if top else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Map):
        return "map:of(" + ", ".join(f"{text(key, False)}: {text(x, False)}" for key, x in value.values.items()) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(text(x, False) for x in value) + "]"
    return "{" + ", ".join(f"{key}: {text(value[key], False)}" for key in sorted(value)) + "}"
