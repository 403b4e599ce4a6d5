"""Draws well-formed, well-typed Fluffy programs together with what they print.

Every expression is made as a Code: its source and a function that computes it in Python, from a dict of the names in scope
(names are never bound twice in a program). So a program's output is known when it is drawn: program(seed) gives (source, lines).
"""

import random
from collections import namedtuple

from library import Library
from values import (BOOL, FLOAT, INT, NIL, STRING, Map, Panic, Return, TooMuch, checked, divided, element, equal, limited, remainder,
                    section, text)

# solid: not made of bare literals, whose types are narrower than what was asked for.
Code = namedtuple("Code", "source run solid", defaults=(True,))
Function = namedtuple("Function", "name parameters result run prints")

WORDS = ["a", "bo", "cat", "delta", "été", "x y", "", "0", "zz_9", "—", "longer than eight bytes"]


class Steps:
    """Bounds how long a drawn program computes."""

    def __init__(self, most):
        self.left = most

    def one(self):
        self.left -= 1
        if self.left < 0:
            raise TooMuch


class Program(Library):
    code = Code

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.counter = 0
        self.records = {}  # name → {field: type}
        self.unions = {}  # name → [member]; a member is a type or ("variant", {field: type}, the field that tells it)
        self.functions = []
        self.declarations = []
        self.helpers = {}
        self.generic = {}
        self.printed = []
        self.narrow = set()  # names bound without an annotation to something that is not solid
        self.steps = Steps(60_000)

    def name(self, prefix):
        self.counter += 1
        return f"{prefix}{self.counter}"

    def pick(self, *choices):
        return self.draw.choice(choices)

    def chance(self, percent):
        return self.draw.randrange(100) < percent

    # ---- types ------------------------------------------------------------------------------------------------------

    def type_text(self, t):
        if t[0] == "list":
            inner = self.type_text(t[1])
            return f"[{inner}]"
        if t[0] == "map":
            return f"map<{self.type_text(t[1])}, {self.type_text(t[2])}>"
        if t[0] in ("rec", "union"):
            return t[1]
        if t[0] == "fn":
            return f"({self.type_text(t[1])}) -> {self.type_text(t[2])}"
        return t[0]

    def any_type(self, depth=2, functions=True):
        """A type that has been declared already; without functions it can be compared, printed and sent."""
        kinds = ["int"] * 4 + ["string"] * 3 + ["bool", "float", "float"]
        if depth > 0:
            kinds += ["list"] * 3 + ["map"] + ["rec"] * 4 + ["union"] * 3 + (["fn"] * 2 if functions else [])
        kind = self.draw.choice(kinds)
        if kind == "list":
            return ("list", self.any_type(depth - 1, functions))
        if kind == "map":
            return ("map", self.pick(INT, STRING), self.any_type(depth - 1, False))
        if kind == "rec" or kind == "union":
            names = [n for n in (self.records if kind == "rec" else self.unions) if functions or not self.has_function((kind, n))]
            return (kind, self.draw.choice(names)) if names else INT
        if kind == "fn":
            return ("fn", self.any_type(0), self.any_type(depth - 1, False))
        return (kind,)

    def has_function(self, t):
        if t[0] == "fn":
            return True
        if t[0] == "list":
            return self.has_function(t[1])
        if t[0] == "rec":
            return any(self.has_function(field) for field in self.records[t[1]].values())
        return False  # unions hold none

    def declare_types(self):
        for _ in range(self.draw.randint(2, 5)):
            if self.chance(60):
                fields = {self.pick("a", "b", "key", "name", "left", "count", "zed") + str(i): self.any_type() for i in range(self.draw.randint(1, 6))}
                name = self.name("R")
                self.records[name] = fields
                body = "{" + ", ".join(f"{field}: {self.type_text(t)}" for field, t in fields.items()) + "}"
            else:
                name = self.name("U")
                members, body = self.union_members(name)
                self.unions[name] = members
            self.declarations.append(f"{name} = {body}")

    def union_members(self, name):
        members = []
        texts = []
        tagged = self.chance(50)
        for i in range(self.draw.randint(2, 5)):
            fields = {f"v{self.pick('x', 'y', 'z')}{k}": self.any_type(1, False) for k in range(self.draw.randint(0, 3))}
            if tagged:
                tag = ("tag", f"k{i}")
                fields = {"kind": tag, **fields}
            else:
                fields = {f"w{i}{name}": self.any_type(1, False), **fields}
            members.append(("variant", fields))
            texts.append("{" + ", ".join(f'{f}: "{t[1]}"' if t[0] == "tag" else f"{f}: {self.type_text(t)}" for f, t in fields.items()) + "}")
        for scalar in (NIL, INT, STRING):
            if self.chance(30):
                members.append(scalar)
                texts.append(scalar[0])
        return members, " | ".join(texts)

    # ---- expressions ------------------------------------------------------------------------------------------------

    def helper(self, t):
        """An identity function with an annotation, which makes any expression be of exactly this type."""
        if t not in self.helpers:
            name = self.name("as")
            self.helpers[t] = name
            self.declarations.append(f"{name}(x: {self.type_text(t)}) {self.type_text(t)} {{ x }}" if t[0] != "fn" else
                                     f"{name}(x: {self.type_text(t)}) {{ x }}")
        return self.helpers[t]

    def expr(self, t, scope, depth=3, bare=False, strict=False):
        """An expression of type t over the names in scope ({name: type}).

        bare: an annotation beside it says what is expected; strict: it has to be of the whole type; otherwise literals are widened here."""
        code = self.any_expr(t, scope, depth)
        if bare or code.solid or (not strict and t in (INT, FLOAT, BOOL, STRING) and self.chance(75)):
            return code
        return Code(f"{self.helper(t)}({code.source})", code.run)

    def names_of(self, t, scope):
        return [name for name, its in scope.items() if its == t]

    def any_expr(self, t, scope, depth):
        names = self.names_of(t, scope)
        if names and (depth <= 0 or self.chance(25)):
            name = self.draw.choice(names)
            return Code(name, lambda env: env[name], name not in self.narrow)
        if depth <= 0:
            return self.literal(t, scope, depth)
        ways = [getattr(self, "make_" + t[0])] * 4 + [self.literal, self.conditional, self.matched, self.called, self.called, self.field_of,
                                                     self.applied, self.element_of, self.block_of, self.general, self.tree, self.looked_up,
                                                     self.from_library, self.decoded, self.passed_through, self.narrowed]
        for _ in range(4):
            code = self.draw.choice(ways)(t, scope, depth - 1)
            if code:
                return code
        return self.literal(t, scope, depth)

    def literal(self, t, scope, depth):
        if t == INT:
            value = self.pick(0, 1, 2, 3, 5, 7, 10, 100, 255, 1000, -1, -7, 123456789)
            return Code(str(value), lambda env: value, False)
        if t == FLOAT:
            value = self.pick(0.0, 0.5, 1.0, 2.25, 1e3, 0.1, 1e-3, 3.0)
            return Code(text(value), lambda env: value, False)
        if t == BOOL:
            value = self.chance(50)
            return Code(text(value), lambda env: value, False)
        if t == STRING:
            value = self.draw.choice(WORDS)
            return Code(f'"{value}"', lambda env: value, False)
        if t == NIL:
            return Code("nil", lambda env: None, False)
        return getattr(self, "make_" + t[0])(t, scope, -1)

    def conditional(self, t, scope, depth):
        c, a, b = self.expr(BOOL, scope, depth), self.expr(t, scope, depth), self.expr(t, scope, depth)
        return Code(f"(if {c.source} {{ {a.source} }} else {{ {b.source} }})", lambda env: a.run(env) if c.run(env) else b.run(env),
                    a.solid and b.solid)

    def called(self, t, scope, depth):
        fitting = [f for f in self.functions if f.result == t and (self.prints or not f.prints)]
        if not fitting:
            return None
        f = self.draw.choice(fitting)
        arguments = [self.expr(p, scope, depth, bare=p[0] in ("int", "string", "bool", "float")) for p in f.parameters]
        return Code(f"{f.name}({', '.join(a.source for a in arguments)})", lambda env: f.run(*[a.run(env) for a in arguments]))

    def field_of(self, t, scope, depth):
        places = [(name, field) for name, fields in self.records.items() for field, its in fields.items() if its == t]
        if not places or t[0] == "fn":
            return None
        name, field = self.draw.choice(places)
        record = self.expr(("rec", name), scope, depth)
        return Code(f"{record.source}.{field}", lambda env: record.run(env)[field])

    def applied(self, t, scope, depth):
        """Calls a function value: a name in scope or a field of a record."""
        names = [(name, its) for name, its in scope.items() if its[0] == "fn" and its[2] == t]
        fields = [(name, field, its) for name, its in scope.items() if its[0] == "rec"
                  for field, inner in self.records[its[1]].items() if inner[0] == "fn" and inner[2] == t for its in [inner]]
        if names and (not fields or self.chance(50)):
            name, its = self.draw.choice(names)
            a = self.expr(its[1], scope, depth)
            return Code(f"{name}({a.source})", lambda env: env[name](a.run(env)))
        if fields:
            name, field, its = self.draw.choice(fields)
            a = self.expr(its[1], scope, depth)
            return Code(f"{name}.{field}({a.source})", lambda env: env[name][field](a.run(env)))
        return None

    def element_of(self, t, scope, depth):
        if t[0] == "fn":
            return None
        names = self.names_of(("list", t), scope)
        if not names:
            return None
        xs = self.draw.choice(names)
        if self.chance(5):
            i = self.expr(INT, scope, 0)
            return Code(f"{xs}[{i.source}]", lambda env: element(env[xs], i.run(env)))
        other = self.expr(t, scope, depth)
        return Code(f"(if {xs}.length > 1 {{ {xs}[{xs}.length - 2] }} else {{ {other.source} }})",
                    lambda env: env[xs][-2] if len(env[xs]) > 1 else other.run(env))

    def looked_up(self, t, scope, depth):
        """Out of a map in scope."""
        maps = [(name, its) for name, its in scope.items() if its[0] == "map"]
        if not maps or t[0] == "fn":
            return None
        m, its = self.draw.choice(maps)
        k = self.expr(its[1], scope, depth, strict=True)
        if t == INT and self.chance(30):
            return Code(f"{m}.length", lambda env: len(env[m]))
        if t == BOOL:
            return Code(f"{m}.has({k.source})", lambda env: k.run(env) in env[m].values)
        if t == ("list", its[1]) and self.chance(50):
            return Code(f"{m}.keys()", lambda env: list(env[m].values))
        if t == ("list", its[2]):
            return Code(f"{m}.values()", lambda env: list(env[m].values.values()))
        if t != its[2]:
            return None
        other = self.expr(t, scope, depth, strict=True)
        if self.chance(50):
            def get_or(env):
                key, otherwise = k.run(env), other.run(env)
                return env[m].values.get(key, otherwise)

            return Code(f"{m}.get_or({k.source}, {other.source})", get_or)
        found = self.name("v")

        def get(env):
            key = k.run(env)
            return env[m].values[key] if key in env[m].values else other.run(env)

        return Code(f"(match {m}.get({k.source}) {{\n{{found: {found}}} -> {found}\n{{notFound: true}} -> {other.source}\n}})", get)

    def block_of(self, t, scope, depth):
        name, its = self.name("v"), self.any_type(1)
        e = self.expr(its, scope, depth)
        body = self.expr(t, {**scope, name: its}, depth)

        def run(env):
            env[name] = e.run(env)
            return body.run(env)

        return Code(f"({{\n{name} = {e.source}\n{body.source}\n}})", run, body.solid)

    def matched(self, t, scope, depth):
        unions = [name for name, its in scope.items() if its[0] == "union"]
        lists = [name for name, its in scope.items() if its[0] == "list"]
        which = self.pick("int", "string", "union", "union", "list", "record")
        if which == "union" and unions:
            return self.match_union(t, self.draw.choice(unions), scope, depth)
        if which == "list" and lists:
            return self.match_list(t, self.draw.choice(lists), scope, depth)
        if which == "record" and self.records:
            return self.match_record(t, scope, depth)
        return self.match_scalar(t, INT if which == "int" else STRING, scope, depth)

    def match_code(self, subject, arms):
        """arms: (pattern, binds(value) → dict or None, guard or None, body)"""

        def run(env):
            value = subject.run(env)
            for _, binds, guard, body in arms:
                names = binds(value)
                if names is not None:
                    env.update(names)
                    if guard is None or guard.run(env):
                        return body.run(env)
            raise AssertionError("no arm")

        lines = [f"{pattern}{' where ' + guard.source if guard else ''} -> {body.source}" for pattern, _, guard, body in arms]
        return Code("(match " + subject.source + " {\n" + "\n".join(lines) + "\n})", run, all(body.solid for _, _, _, body in arms))

    def arm_body(self, t, scope, depth):
        body = self.expr(t, scope, depth)
        return Code(f"({body.source})" if body.source.startswith("{") else body.source, body.run, body.solid)

    def guard(self, scope, depth):
        return self.expr(BOOL, scope, min(depth, 1)) if self.chance(30) else None

    def match_scalar(self, t, its, scope, depth):
        subject = self.expr(its, scope, depth, strict=True)
        values = [0, 1, 2, 5, -1, 100] if its == INT else ["a", "bo", "", "été", "0"]
        arms = []
        for value in self.draw.sample(values, self.draw.randint(1, 4)):
            arms.append((str(value) if its == INT else f'"{value}"', lambda x, value=value: {} if x == value else None,
                         self.guard(scope, depth), self.arm_body(t, scope, depth)))
        if self.chance(50):
            name = self.name("m")
            inner = {**scope, name: its}
            arms.append((name, lambda x, name=name: {name: x}, self.guard(inner, depth), self.arm_body(t, inner, depth)))
        if not arms or len(arms) < 2 or arms[-1][0].lstrip("-")[0] in '0123456789"' or arms[-1][2]:
            arms.append(("_", lambda x: {}, None, self.arm_body(t, scope, depth)))
        return self.match_code(subject, arms)

    def match_union(self, t, subject, scope, depth):
        members = list(self.unions[scope[subject][1]])
        self.draw.shuffle(members)
        arms = []
        for k, member in enumerate(members):
            if k and k == len(members) - 1 and self.chance(30):
                arms.append(("_", lambda x: {}, None, self.arm_body(t, scope, depth)))
                break
            if member[0] == "variant" and self.chance(30):
                guarded = self.variant_arm(t, member, scope, depth, True)
                arms.append(guarded)
            arms.append(self.variant_arm(t, member, scope, depth, False) if member[0] == "variant" else self.scalar_arm(t, member, scope, depth))
        return self.match_code(Code(subject, lambda env: env[subject]), arms)

    def scalar_arm(self, t, member, scope, depth):
        kind = {NIL: type(None), INT: int, STRING: str}[member]
        if member == NIL:
            return ("nil", lambda x: {} if x is None else None, None, self.arm_body(t, scope, depth))
        name = self.name("m")
        return (f"{name}: {member[0]}", lambda x: {name: x} if type(x) is kind else None, None, self.arm_body(t, {**scope, name: member}, depth))

    def variant_arm(self, t, member, scope, depth, guarded):
        fields = member[1]
        first = next(iter(fields))
        parts, bound, inner, tests = [], [], dict(scope), []
        for field, its in fields.items():
            if its[0] == "tag":
                parts.append(f'{field}: "{its[1]}"')
                tests.append((field, its[1]))
            elif field == first or self.chance(60):
                if guarded and its == INT and self.chance(40):
                    parts.append(f"{field}: 3")
                    tests.append((field, 3))
                else:
                    name = self.name("m")
                    parts.append(f"{field}: {name}")
                    bound.append((field, name))
                    inner[name] = its

        def binds(x):
            if not isinstance(x, dict) or first not in x or any(not equal(x.get(field), value) for field, value in tests):
                return None
            return {name: x[field] for field, name in bound}

        guard = self.expr(BOOL, inner, 1) if guarded else None
        return ("{" + ", ".join(parts) + "}", binds, guard, self.arm_body(t, inner, depth))

    def match_list(self, t, subject, scope, depth):
        its = scope[subject]
        a, b, rest = self.name("m"), self.name("m"), self.name("m")
        one, two = {**scope, a: its[1]}, {**scope, a: its[1], b: its[1], rest: its}
        arms = [("[]", lambda x: {} if not x else None, None, self.arm_body(t, scope, depth)),
                (f"[{a}]", lambda x: {a: x[0]} if len(x) == 1 else None, self.guard(one, depth), self.arm_body(t, one, depth)),
                (f"[{a}, {b}, ...{rest}]", lambda x: {a: x[0], b: x[1], rest: x[2:]} if len(x) > 1 else None, self.guard(two, depth),
                 self.arm_body(t, two, depth)),
                (f"[{a}, ...{rest}]", lambda x: {a: x[0], rest: x[1:]} if x else None, None, self.arm_body(t, {**one, rest: its}, depth))]
        if its[1] == INT and self.chance(40):
            arms.insert(1, ("[1, ...]", lambda x: {} if x and x[0] == 1 else None, None, self.arm_body(t, scope, depth)))
        return self.match_code(Code(subject, lambda env: env[subject]), arms)

    def match_record(self, t, scope, depth):
        name = self.draw.choice(list(self.records))
        subject = self.expr(("rec", name), scope, depth)
        arms = []
        for last in (False, True):
            parts, bound, tests, inner = [], [], [], dict(scope)
            for field, its in self.records[name].items():
                if not last and its in (INT, STRING, BOOL) and self.chance(40):
                    value = {INT: 1, STRING: "a", BOOL: True}[its]
                    parts.append(f"{field}: {text(value, False)}")
                    tests.append((field, value))
                elif not last and its[0] == "list" and self.chance(30):
                    parts.append(f"{field}: []")
                    tests.append((field, []))
                elif self.chance(60):
                    local = self.name("m")
                    parts.append(f"{field}: {local}")
                    bound.append((field, local))
                    inner[local] = its

            def binds(x, tests=tests, bound=bound):
                return {local: x[f] for f, local in bound} if all(equal(x[f], v) for f, v in tests) else None

            if parts and (last or tests):
                arms.append(("{" + ", ".join(parts) + "}", binds, None if last else self.guard(inner, depth), self.arm_body(t, inner, depth)))
        if not arms or len(arms) == 1:
            arms = []
            arms.append(("_", lambda x: {}, None, self.arm_body(t, scope, depth)))
        return self.match_code(Code(f"({subject.source})", subject.run), arms)

    # ---- one way for each kind of type --------------------------------------------------------------------------------

    def make_int(self, t, scope, depth):
        a, b = self.expr(INT, scope, depth, bare=True), self.expr(INT, scope, depth)
        which = self.pick("+", "-", "%*", "*", "/", "%", "length", "sum", "fold", "neg", "truncate")
        if which in ("+", "-", "*"):
            if which == "*" and self.chance(70):
                which = "+"
            operate = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y}[which]
            return Code(f"({a.source} {which} {b.source})", lambda env: checked(operate(a.run(env), b.run(env))))
        if which == "%*":
            return Code(f"({a.source} % 1000 * ({b.source} % 1000))", lambda env: remainder(a.run(env), 1000) * remainder(b.run(env), 1000))
        if which in ("/", "%"):
            operate = divided if which == "/" else remainder
            if self.chance(90):
                by = self.pick(1, 2, 3, 7, 16, 1000)
                return Code(f"({b.source} {which} {by})", lambda env: operate(b.run(env), by))
            return Code(f"({a.source} {which} {b.source})", lambda env: operate(a.run(env), b.run(env)))
        if which == "neg":
            return Code(f"(-{b.source})" if not b.source.startswith("-") else f"(0 - {b.source})", lambda env: checked(-b.run(env)))
        if which == "length":
            its = self.pick(STRING, ("list", self.any_type(1)))
            xs = self.expr(its, scope, depth)
            return Code(f"{xs.source}.length", lambda env: len(xs.run(env)))
        if which == "truncate":
            x = self.expr(FLOAT, scope, depth)

            def run(env):
                value = x.run(env)
                if not abs(value) < 1e15:
                    raise TooMuch
                return int(value)

            return Code(f"truncate({x.source})", run)
        xs = self.expr(("list", INT), scope, depth)

        if which == "sum":
            def total(env):
                result = 0
                for x in xs.run(env):
                    result = checked(result + x)
                return result

            return Code(f"list:sum({xs.source})", total)
        f = self.lambda_of([INT, INT], INT, scope, depth)

        def fold(env):
            values, start, function = xs.run(env), b.run(env), f.run(env)
            for x in values:
                start = function(start, x)
            return start

        return Code(f"list:fold({xs.source}, {b.source}, {f.source})", fold)

    def make_float(self, t, scope, depth):
        if self.chance(25):
            a = self.expr(INT, scope, depth)
            return Code(f"float({a.source})", lambda env: float(a.run(env)))
        a, b = self.expr(FLOAT, scope, depth), self.expr(FLOAT, scope, depth)
        which = self.pick("+", "-", "*")
        operate = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y}[which]
        return Code(f"({a.source} {which} {b.source})", lambda env: operate(a.run(env), b.run(env)))

    def make_bool(self, t, scope, depth):
        which = self.pick("<", "<", "==", "==", "!=", "&&", "||", "!", "is")
        if which in ("<", "==", "!="):
            its = self.pick(INT, FLOAT, STRING) if which == "<" else self.any_type(1, False)
            a, b = self.expr(its, scope, depth, strict=True), self.expr(its, scope, depth, strict=True)
            if which == "<":
                which = self.pick("<", "<=", ">", ">=")
                compare = {"<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}[which]
            else:
                compare = {"==": equal, "!=": lambda x, y: not equal(x, y)}[which]
            return Code(f"({a.source} {which} {b.source})", lambda env: compare(a.run(env), b.run(env)))
        a, b = self.expr(BOOL, scope, depth), self.expr(BOOL, scope, depth)
        if which == "&&":
            return Code(f"({a.source} && {b.source})", lambda env: a.run(env) and b.run(env))
        if which == "||":
            return Code(f"({a.source} || {b.source})", lambda env: a.run(env) or b.run(env))
        if which == "!":
            return Code(f"(!{a.source})", lambda env: not a.run(env))
        unions = [name for name, its in scope.items() if its[0] == "union"]
        if not unions:
            return None
        name = self.draw.choice(unions)
        member = self.draw.choice([m for m in self.unions[scope[name][1]] if m[0] == "variant"])
        pattern, binds, _, _ = self.variant_arm(BOOL, member, {}, 0, False)
        return Code(f"({name} is {pattern})", lambda env: binds(env[name]) is not None)

    def make_string(self, t, scope, depth):
        which = self.pick("+", "+", "interpolate", "interpolate", "text", "upper", "join", "repeat", "slice")
        its = self.any_type(1, False)
        a, b = self.expr(STRING, scope, depth), self.expr(its, scope, depth)
        if which == "+":
            return Code(f"({a.source} + {b.source})", lambda env: limited(a.run(env) + text(b.run(env))))
        if which == "interpolate" and '"' not in b.source and "\n" not in b.source:
            return Code(f'"<${{{b.source}}}>"', lambda env: limited("<" + text(b.run(env)) + ">"))
        if which == "upper":
            return Code(f"{a.source}.upper()", lambda env: a.run(env).upper())
        if which == "join":
            xs = self.expr(("list", STRING), scope, depth)
            return Code(f'string:join({xs.source}, "-")', lambda env: limited("-".join(xs.run(env))))
        if which == "repeat":
            return Code(f"{a.source}.repeat(2)", lambda env: limited(a.run(env) * 2))
        if which == "slice":
            words = self.names_of(STRING, scope)
            if words:
                word = self.draw.choice(words)
                return Code(f"(if {word}.length > 2 {{ {word}.slice(1, {word}.length - 1) }} else {{ {a.source} }})",
                            lambda env: env[word][1:-1] if len(env[word]) > 2 else a.run(env))
        return Code(f"text({b.source})", lambda env: limited(text(b.run(env))))

    def make_nil(self, t, scope, depth):
        return Code("nil", lambda env: None)

    def make_list(self, t, scope, depth):
        which = self.pick("literal", "literal", "++", "for", "for", "map", "filter", "take", "reverse", "range", "slice", "sort", "for2")
        if depth < 0:
            which = "literal"
        if which == "literal":
            xs = [self.expr(t[1], scope, min(depth, 2)) for _ in range(self.draw.randint(0, 4 if depth >= 0 else 2 if t[1][0] in ("int", "string", "bool", "float") else 1))]
            # Functions' sets, and unions of members that a list happens to hold, are narrower than the type that was asked for.
            return Code("[" + ", ".join(x.source for x in xs) + "]", lambda env: [x.run(env) for x in xs], bool(xs) and t[1] in (INT, STRING, BOOL, FLOAT))
        if which == "range":
            if t[1] != INT:
                return None
            a = self.expr(INT, scope, 0, bare=True)
            return Code(f"range({a.source} % 7)", lambda env: list(range(remainder(a.run(env), 7))))
        xs = self.expr(t, scope, depth)
        if which == "++":
            ys = self.expr(t, scope, depth)
            return Code(f"({xs.source} ++ {ys.source})", lambda env: limited(xs.run(env) + ys.run(env)))
        if which == "reverse":
            return Code(f"{xs.source}.reverse()", lambda env: xs.run(env)[::-1])
        if which == "take":
            return Code(f"{xs.source}.take(2)", lambda env: xs.run(env)[:2])
        if which == "slice":
            names = self.names_of(t, scope)
            if not names:
                return None
            name = self.draw.choice(names)
            if self.chance(8):
                a, b = self.expr(INT, scope, 0, bare=True), self.expr(INT, scope, 0, bare=True)
                return Code(f"{name}[{a.source}..{b.source}]", lambda env: section(env[name], a.run(env), b.run(env)))
            return Code(f"{name}[{name}.length / 2..]", lambda env: env[name][len(env[name]) // 2:])
        if which == "sort":
            if t[1] not in (INT, STRING):
                return None
            return Code(f"list:sort({xs.source})", lambda env: sorted(xs.run(env)))
        if which == "filter":
            f = self.lambda_of([t[1]], BOOL, scope, depth)
            return Code(f"{xs.source}.filter({f.source})", lambda env: (lambda values, keep: [x for x in values if keep(x)])(xs.run(env), f.run(env)))
        source = self.any_type(1)
        ys = self.expr(("list", source), scope, depth)
        if which == "map":
            f = self.lambda_of([source], t[1], scope, depth)
            return Code(f"{ys.source}.map({f.source})", lambda env: (lambda values, function: [function(y) for y in values])(ys.run(env), f.run(env)))
        return self.comprehension(t, source, ys, which == "for2", scope, depth)

    def make_map(self, t, scope, depth):
        which = self.pick("literal", "literal", "put", "put", "remove", "from", "merge") if depth >= 0 else "literal"
        if which == "literal":
            count = self.draw.randint(0, 4 if depth >= 0 else 1)
            pairs = [(self.expr(t[1], scope, min(depth, 1)), self.expr(t[2], scope, min(depth, 2))) for _ in range(count)]

            def make(env):
                entries = {}
                for key, value in [(k.run(env), v.run(env)) for k, v in pairs]:
                    entries[key] = value
                return Map(entries)

            return Code("map:of(" + ", ".join(f"{k.source}: {v.source}" for k, v in pairs) + ")", make,
                        bool(pairs) and t[2] in (INT, STRING, BOOL, FLOAT))
        m, k = self.expr(t, scope, depth, strict=True), self.expr(t[1], scope, depth)
        if which == "put":
            v = self.expr(t[2], scope, depth)
            return Code(f"{m.source}.put({k.source}, {v.source})", lambda env: (lambda a, b, c: a.put(b, c))(m.run(env), k.run(env), v.run(env)))
        if which == "remove":
            return Code(f"{m.source}.remove({k.source})", lambda env: (lambda a, b: a.remove(b))(m.run(env), k.run(env)))
        if which == "merge":
            n = self.expr(t, scope, depth, strict=True)
            return Code(f"map:merge({m.source}, {n.source})", lambda env: (lambda a, b: Map({**a.values, **b.values}))(m.run(env), n.run(env)))
        key = self.name("v")
        ks, v = self.expr(("list", t[1]), scope, depth), self.expr(t[2], {**scope, key: t[1]}, depth)

        def build(env):
            entries = {}
            for x in ks.run(env):
                env[key] = x
                entries[x] = v.run(env)
            return Map(entries)

        return Code(f"map:from([{{key: {key}, value: {v.source}}} for {key} in {ks.source}])", build, t[2] in (INT, STRING, BOOL, FLOAT))

    def comprehension(self, t, its, ys, twice, scope, depth):
        x, y = self.name("v"), self.name("v")
        inner = {**scope, x: its}
        if twice:
            inner[y] = INT
        condition = self.expr(BOOL, inner, depth - 1) if self.chance(40) else None
        body = self.expr(t[1], inner, depth - 1)
        body_source = body.source

        def run(env):
            result = []
            for value in ys.run(env):
                for k in range(2) if twice else (0,):
                    self.steps.one()
                    env[x] = value
                    if twice:
                        env[y] = k
                    if condition is None or condition.run(env):
                        result.append(body.run(env))
            return limited(result)

        second = f" for {y} in range(2)" if twice else ""
        third = f" if {condition.source}" if condition else ""
        return Code(f"[{body_source} for {x} in {ys.source}{second}{third}]", run)

    def make_rec(self, t, scope, depth):
        fields = self.records[t[1]]
        if depth > 0 and self.chance(40):
            record = self.expr(t, scope, depth - 1)
            changed = self.draw.sample(list(fields), self.draw.randint(1, min(2, len(fields))))
            values = {f: self.expr(fields[f], scope, depth - 1, strict=True) for f in changed}
            parts = ", ".join(f"{f}: {v.source}" for f, v in values.items())
            plain = all(fields[f][0] in ("int", "string", "bool", "float", "rec") for f in changed)
            return Code(f"({record.source} with {{{parts}}})", lambda env: {**record.run(env), **{f: v.run(env) for f, v in values.items()}}, plain)
        order = list(fields)
        self.draw.shuffle(order)
        values = {f: self.expr(fields[f], scope, depth) for f in order}
        return Code("{" + ", ".join(f"{f}: {v.source}" for f, v in values.items()) + "}",
                    lambda env: {f: v.run(env) for f, v in values.items()}, False)

    def make_union(self, t, scope, depth):
        member = self.draw.choice(self.unions[t[1]])
        if member[0] != "variant":
            code = self.expr(member, scope, depth)
            return Code(code.source, code.run, False)
        values = {f: Code(f'"{its[1]}"', lambda env, its=its: its[1]) if its[0] == "tag" else self.expr(its, scope, depth)
                  for f, its in member[1].items()}
        return Code("{" + ", ".join(f"{f}: {v.source}" for f, v in values.items()) + "}",
                    lambda env: {f: v.run(env) for f, v in values.items()}, False)

    def make_fn(self, t, scope, depth):
        return self.lambda_of([t[1]], t[2], scope, depth)

    def lambda_of(self, parameters, result, scope, depth):
        names = [self.name("p") for _ in parameters]
        # Function values within function values are kept shallow: the compiler has a limit.
        visible = {name: t for name, t in scope.items() if not self.has_function(t)}
        body = self.expr(result, {**visible, **dict(zip(names, parameters))}, depth - 1, strict=True)

        def run(env):
            captured = dict(env)

            def call(*arguments):
                self.steps.one()
                return body.run({**captured, **dict(zip(names, arguments))})

            return call

        source = f"({body.source})" if body.source.startswith("{") else body.source
        return Code(f"(({', '.join(names)}) -> {source})", run)

    # ---- statements ----------------------------------------------------------------------------------------------------

    def printing(self, value):
        self.printed.append(value)

    def statement(self, scope, result, depth=2):
        """A line or more, which may add a name to the scope."""
        kinds = ["let", "let", "let", "let", "return"]
        if self.prints:
            kinds += ["print", "print", "for", "if", "defer"]
        kind = self.draw.choice(kinds)
        if kind == "let":
            name, t = self.name("v"), self.any_type()
            annotated = self.chance(40) and not self.has_function(t)
            narrow = t[0] == "union" and not annotated and self.chance(50)
            e = self.expr(t, scope, depth, bare=annotated or narrow)
            if narrow and not e.solid:
                self.narrow.add(name)
            scope[name] = t

            def let(env):
                env[name] = e.run(env)

            return Code(f"{name}: {self.type_text(t)} = {e.source}" if annotated else f"{name} = {e.source}", let)
        if kind == "print":
            e = self.expr(self.any_type(2, False), scope, depth)
            return Code(f"println({e.source})", lambda env: self.printing(text(e.run(env))))
        if kind == "for":
            x, its = self.name("v"), self.any_type(1, False)
            xs = self.expr(("list", its), scope, depth - 1)
            body = self.expr(STRING, {**scope, x: its}, depth - 1)

            def loop(env):
                for value in xs.run(env):
                    self.steps.one()
                    env[x] = value
                    self.printing(body.run(env))

            return Code(f"for {x} in {xs.source} {{\nprintln({body.source})\n}}", loop)
        c = self.expr(BOOL, scope, depth - 1)
        if kind == "if":
            e = self.expr(STRING, scope, depth - 1)
            return Code(f"if {c.source} {{\nprintln({e.source})\n}}", lambda env: c.run(env) and self.printing(e.run(env)))
        if kind == "defer":
            names = [n for n, t in scope.items() if not self.has_function(t)]
            what = self.draw.choice(names) if names else None
            source = f'println("deferred ${{{what}}}")' if what else 'println("deferred")'
            return Code(f"defer {{\n{source}\n}}", lambda env: "deferred" + (" " + text(env[what]) if what else ""), "defer")
        e = self.expr(result, scope, depth - 1, strict=True)

        def leave(env):
            if c.run(env):
                raise Return(e.run(env))

        return Code(f"if {c.source} {{\nearly_return {e.source}\n}}", leave)

    def body(self, scope, result, statements, last=None):
        """A function's body: statements, then an expression; `last(scope)` makes it."""
        scope = dict(scope)
        lines = [self.statement(scope, result) for _ in range(statements)]
        e = last(scope) if last else self.expr(result, scope, 3, strict=True)

        def run(env):
            deferred = []
            try:
                for line in lines:
                    if line.solid == "defer":
                        deferred.append(line.run(env))
                    else:
                        line.run(env)
                return e.run(env)
            except Return as left:
                return left.args[0]
            finally:
                for each in reversed(deferred):
                    self.printing(each)

        return Code("\n".join([line.source for line in lines] + [e.source]), run)

    def function(self):
        self.prints = self.chance(30)
        name = self.name("f")
        parameters = [self.any_type() for _ in range(self.draw.randint(0, 4))]
        names = [self.name("p") for _ in parameters]
        result = self.any_type(2)
        scope = dict(zip(names, parameters))
        body = self.body(scope, result, self.draw.randint(0, 3))

        def run(*arguments):
            self.steps.one()
            return body.run(dict(zip(names, arguments)))

        annotate = self.chance(60)
        head = ", ".join(f"{n}: {self.type_text(t)}" if annotate and t[0] != "fn" else n for n, t in zip(names, parameters))
        # A function type in a result would need parentheses before the body's brace.
        after = f" {self.type_text(result)}" if annotate and result[0] != "fn" and self.chance(50) else ""
        self.declarations.append(f"{name}({head}){after} {{\n{body.source}\n}}")
        self.functions.append(Function(name, parameters, result, run, self.prints))

    def recursive_function(self):
        """f(n, acc, …): counts down, in tail position or not."""
        self.prints = False
        name, n, acc = self.name("f"), self.name("p"), self.name("p")
        t = self.pick(INT, STRING, ("list", INT), self.any_type(1))
        if t[0] == "fn":
            t = INT
        scope = {n: INT, acc: t}
        end, step = self.expr(t, scope, 2), self.expr(t, scope, 2)
        tail = self.chance(50)
        again = self.name("v")
        after = self.expr(t, {**scope, again: t}, 2)

        def run(count, value):
            self.steps.one()
            env = {n: count, acc: value}
            if count <= 0:
                return end.run(env)
            result = run(count - 1, step.run(env))
            return result if tail else after.run({**env, again: result})

        call = f"{name}({n} - 1, {step.source})"
        rest = call if tail else f"{again} = {call}\n{after.source}"
        self.declarations.append(f"{name}({n}: int, {acc}: {self.type_text(t)}) {self.type_text(t)} {{\n"
                                 f"if {n} <= 0 {{\n{end.source}\n}} else {{\n{rest}\n}}\n}}")

        def bounded(count, value):
            return run(remainder(count, 20), value)

        wrapper = self.name("f")
        self.declarations.append(f"{wrapper}(count: int, value: {self.type_text(t)}) {{ {name}(count % 20, value) }}")
        self.functions.append(Function(wrapper, [INT, t], t, bounded, False))

    GENERIC = {
        "twice": "twice(f, x) { f(f(x)) }",
        "pair": "pair(a, b) { {first: a, second: b} }",
        "choose": "choose(c, a, b where c) { a }\nchoose(c, a, b) { b }",
        "grow": "grow(x, n) {\nif n == 0 { [] } else { grow(x, n - 1) ++ [x] }\n}",
        "through": "through(x) { ((y) -> {\nz = [y, y]\nz[1]\n})(x) }",
    }

    def general(self, t, scope, depth):
        """A call of a function without annotations, which is checked anew for these types."""
        which = self.draw.choice(list(self.GENERIC))
        if which == "grow" and t[0] != "list":
            which = "through"
        if which not in self.generic:
            self.generic[which] = True
            self.declarations.append(self.GENERIC[which])
        if which == "twice":
            f, x = self.lambda_of([t], t, scope, depth), self.expr(t, scope, depth, strict=True)
            return Code(f"twice({f.source}, {x.source})", lambda env: (lambda call, value: call(call(value)))(f.run(env), x.run(env)))
        if which == "grow":
            x, n = self.expr(t[1], scope, depth, strict=True), self.draw.randint(0, 5)
            if self.has_function(t):
                return None
            return Code(f"grow({x.source}, {n})", lambda env: [x.run(env)] * n)
        a = self.expr(t, scope, depth, strict=True)
        if which == "through":
            return Code(f"through({a.source})", a.run)
        if which == "pair":
            other = self.expr(self.any_type(1), scope, depth)

            def run(env):
                other.run(env)
                return a.run(env)

            return Code(f"pair({other.source}, {a.source}).second", run)
        c, b = self.expr(BOOL, scope, depth), self.expr(t, scope, depth, strict=True)

        def chosen(env):
            condition, first, second = c.run(env), a.run(env), b.run(env)
            return first if condition else second

        return Code(f"choose({c.source}, {a.source}, {b.source})", chosen)

    def tree(self, t, scope, depth):
        """An int by way of a recursive type: built, changed and folded by functions that call themselves."""
        if t != INT:
            return None
        if "Tree" not in self.generic:
            self.generic["Tree"] = True
            self.declarations.append(
                "Tree = nil | {value: int, left: Tree, right: Tree}\n\n"
                "tree_of(n: int, x: int) Tree {\nif n <= 0 { nil } else { {value: (n * 7 + x % 10) % 100, left: tree_of(n - 1, x), right: tree_of(n - 2, x + 1)} }\n}\n\n"
                "tree_map(tree: Tree, f) Tree {\nmatch tree {\nnil -> nil\n{value, left, right} -> ({right: tree_map(right, f), value: f(value), left: tree_map(left, f)})\n}\n}\n\n"
                "tree_sum(tree: Tree) int {\nmatch tree {\nnil -> 0\n{value: 0, left} -> tree_sum(left)\n{value, left, right} -> value + 3 * tree_sum(left) - tree_sum(right)\n}\n}")
        n, x, f = self.draw.randint(0, 7), self.expr(INT, scope, depth), self.lambda_of([INT], INT, scope, min(depth, 1))

        def build(n, x):
            return None if n <= 0 else (remainder(n * 7 + remainder(x, 10), 100), build(n - 1, x), build(n - 2, checked(x + 1)))

        def each(tree, call):
            # In the order of the record literal in the source.
            if tree is None:
                return None
            right = each(tree[2], call)
            value = call(tree[0])
            return (value, each(tree[1], call), right)

        def total(tree):
            if tree is None:
                return 0
            value, left, right = tree
            if value == 0:
                return total(left)
            first = checked(3 * total(left))
            return checked(checked(value + first) - total(right))

        def run(env):
            made = build(n, x.run(env))
            return total(each(made, f.run(env)))

        return Code(f"tree_sum(tree_map(tree_of({n}, {x.source}), {f.source}))", run)

    # ---- processes ------------------------------------------------------------------------------------------------------

    def sure(self, run):
        """Of code in processes whose end nobody watches: a program where it panics is not drawn."""

        def guarded(*arguments):
            try:
                return run(*arguments)
            except Panic as panic:
                raise TooMuch from panic

        return guarded

    def server(self):
        """A process with state, asked by a function; it is asked three times."""
        self.prints = False
        state_type, asked = self.any_type(1, False), self.any_type(1, False)
        server, ask, use, s, n = (self.name(prefix) for prefix in ("server", "ask", "use", "p", "p"))
        scope = {s: state_type, n: asked}
        answer, follow = self.expr(state_type, scope, 2), self.expr(state_type, scope, 2)
        start = self.expr(state_type, {}, 1)
        self.declarations.append(
            f"{server}({s}: {self.type_text(state_type)}) {{\nreceive {{\n{{ask{server}: {n}, to: to}} -> {{\nto <- {{answer{server}: {answer.source}}}\n"
            f"{server}({follow.source})\n}}\n{{stop: true}} -> nil\n}}\n}}")
        if self.chance(50):
            self.declarations.append(f"{ask}(pid, x: {self.type_text(asked)}) {{\npid <- {{ask{server}: x, to: self()}}\nreceive {{\n{{answer{server}: x}} -> x\n}}\n}}")
        else:
            self.declarations.append(f"{ask}(pid, x: {self.type_text(asked)}) {{\nmatch call(pid, (me) -> {{ask{server}: x, to: me}}, 60000) {{\n"
                                     f'{{answer{server}: x}} -> x\n{{timeout: true}} -> panic("timeout")\n{{down: reason}} -> panic(reason)\n}}\n}}')
        questions = [self.expr(asked, {}, 2) for _ in range(3)]
        lines = "\n".join(f"println({ask}(pid, {q.source}))" for q in questions)
        self.declarations.append(f"{use}() {{\npid = spawn_typed({server}, {start.source})\n{lines}\npid <- {{stop: true}}\n}}")

        def run():
            state = self.sure(start.run)({})
            for q in questions:
                env = {s: state, n: q.run({})}
                self.printing(text(self.sure(answer.run)(env)))
                state = self.sure(follow.run)(env)

        return use, run

    def workers(self):
        """Many processes compute at once; their results are taken in order."""
        self.prints = False
        given, result = self.any_type(1, False), self.any_type(2, False)
        worker, collect, use, i, x = (self.name(prefix) for prefix in ("worker", "collect", "use", "p", "p"))
        body = self.body({i: INT, x: given}, result, self.draw.randint(0, 2))
        argument = self.expr(given, {i: INT}, 2)
        count = self.draw.randint(2, 12)
        self.declarations.append(f"{use}work({i}: int, {x}: {self.type_text(given)}) {{\n{body.source}\n}}")
        self.declarations.append(f"{worker}(to, i: int, x) {{ to <- {{id{worker}: i, value: {use}work(i, x)}} }}")
        self.declarations.append(f"{collect}(i) {{\nreceive {{\n{{id{worker}: j, value: x}} where j == i -> x\n}}\n}}")
        self.declarations.append(f"{use}() {{\nfor {i} in range({count}) {{\nspawn_typed({worker}, self(), {i}, {argument.source})\n}}\n"
                                 f"println([{collect}(i) for i in range({count})])\n}}")

        def run():
            values = [self.sure(argument.run)({i: k}) for k in range(count)]
            self.printing(text([self.sure(body.run)({i: k, x: value}) for k, value in enumerate(values)]))

        return use, run

    def handler(self):
        """A handler with state behind a relay; messages keep their order."""
        self.prints = False
        state_type, given = self.any_type(1, False), self.any_type(1, False)
        if state_type == NIL or state_type[0] == "union":
            state_type = INT
        handle, relay, use, s, x = (self.name(prefix) for prefix in ("handle", "relay", "use", "p", "p"))
        follow = self.expr(state_type, {s: state_type, x: given}, 2)
        start, values = self.expr(state_type, {}, 1), [self.expr(given, {}, 2) for _ in range(self.draw.randint(1, 4))]
        state_text, given_text = self.type_text(state_type), self.type_text(given)
        self.declarations.append(f"{handle}({s}: {state_text}, m: {{add{handle}: {given_text}}} | {{show{handle}: pid<{{shown{handle}: {state_text}}}>}}) {{\n"
                                 f"match m {{\n{{add{handle}: {x}}} -> ({follow.source})\n{{show{handle}: to}} -> {{\nto <- {{shown{handle}: {s}}}\n{s}\n}}\n}}\n}}")
        self.declarations.append(f"{relay}(to) {{\nreceive {{\n{{pass{relay}: x}} -> {{\nto <- {{add{handle}: x}}\n{relay}(to)\n}}\n"
                                 f"{{last{relay}: pid}} -> to <- {{show{handle}: pid}}\n}}\n}}")
        sends = "\n".join(f"relay <- {{pass{relay}: {v.source}}}" for v in values)
        self.declarations.append(f"{use}() {{\nrelay = spawn_typed({relay}, spawn_typed({handle}, {start.source}))\n{sends}\nrelay <- {{last{relay}: self()}}\n"
                                 f"receive {{\n{{shown{handle}: x}} -> println(x)\n}}\n}}")

        def run():
            state = self.sure(start.run)({})
            for v in values:
                state = self.sure(follow.run)({s: state, x: self.sure(v.run)({})})
            self.printing(text(state))

        return use, run

    # ---- the program ------------------------------------------------------------------------------------------------------

    def part(self):
        self.prints = True
        name = self.name("part")
        body = self.body({}, INT, self.draw.randint(2, 6))
        self.declarations.append(f"{name}() {{\n{body.source}\n}}")
        return name, lambda: body.run({})

    def make(self):
        self.declare_types()
        parts = []
        for _ in range(self.draw.randint(3, 9)):
            self.draw.choice([self.function, self.function, self.recursive_function])()
        for _ in range(self.draw.randint(1, 3)):
            parts.append(self.part())
        for way in (self.server, self.workers, self.handler):
            if self.chance(45):
                parts.append(way())
        lines = []
        for name, run in parts:
            lines.append(f'println("{name} " + reason_of(() -> {name}()))')
            try:
                run()
                reason = "normal"
            except Panic as panic:
                reason = str(panic)
            self.printing(f"{name} {reason}")
        self.declarations.append("reason_of(body) {\nspawn_with({monitor: true}, body)\nreceive {\n{down: _, reason: reason} -> reason\n}\n}")
        self.declarations.append("main() {\n" + "\n".join(lines) + "\n}")
        return "\n\n".join(self.declarations) + "\n", self.printed


def program(seed):
    """(source, the lines that it prints) of the first program at or after seed that ends in reasonable time."""
    for attempt in range(1000):
        try:
            return Program(seed * 1000 + attempt).make()
        except (TooMuch, RecursionError):
            continue
    raise RuntimeError("no program")
