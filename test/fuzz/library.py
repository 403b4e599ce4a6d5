"""Ways to make expressions that generate.py's Program has too: the library, JSON there and back, narrowing, what results pass through."""

from values import BOOL, INT, NIL, STRING, checked, limited


def without_trailing(text, part):
    return text[:-len(part)] if part and text.endswith(part) else text


class Library:
    def from_library(self, t, scope, depth):
        if t == INT:
            return self.int_of_list(scope, depth)
        if t == STRING:
            return self.string_of_string(scope, depth)
        if t == BOOL:
            return self.bool_of_list(scope, depth)
        if t[0] == "list":
            return self.list_of_list(t, scope, depth)
        return None

    def int_of_list(self, scope, depth):
        xs = self.expr(("list", INT), scope, depth)
        which = self.pick("find_index", "index_of", "min", "fold_right", "last", "frequencies", "count", "parse")
        a = self.expr(INT, scope, depth, strict=True)

        def both(use):
            def run(env):
                values = xs.run(env)
                return use(values, a.run(env))
            return run

        if which == "index_of":
            return self.code(f"{xs.source}.index_of({a.source})", both(lambda v, x: v.index(x) if x in v else -1))
        if which == "find_index":
            return self.code(f"{xs.source}.find_index((x) -> x > 5)", lambda env: next((i for i, x in enumerate(xs.run(env)) if x > 5), -1))
        if which == "fold_right":
            def folded(values, start):
                for x in reversed(values):
                    start = checked(checked(start % 1000) - x)
                return start

            return self.code(f"{xs.source}.fold_right({a.source}, (x, sum) -> math:modulo(sum, 1000) - x)", both(folded))
        if which == "count":
            return self.code(f"{xs.source}.count((x) -> x == {a.source})",
                             lambda env: (lambda values: sum(1 for x in values if x == a.run(env)))(xs.run(env)))
        if which == "frequencies":
            return self.code(f"{xs.source}.frequencies().get_or({a.source}, 0)", both(lambda v, x: v.count(x)))
        if which == "parse":
            return self.code(f'(match parse_int(text({a.source})) {{\n{{ok: n}} -> n\n{{error: _}} -> 0\n}})', a.run)
        found = self.name("v")
        use = {"min": lambda v, x: min(v) if v else x, "last": lambda v, x: v[-1] if v else x}[which]

        def run(env):
            values = xs.run(env)
            return use(values, None) if values else a.run(env)

        return self.code(f"(match {xs.source}.{which}() {{\n{{found: {found}}} -> {found}\n{{notFound: true}} -> {a.source}\n}})", run)

    def string_of_string(self, scope, depth):
        a, b = self.expr(STRING, scope, depth), self.expr(STRING, scope, depth)
        which = self.pick("pad", "prefix", "suffix", "words", "reverse", "lines", "cut")
        if which == "pad":
            return self.code(f'{a.source}.pad_left(5, "é")', lambda env: limited(a.run(env).rjust(5, "é")))
        if which == "prefix":
            return self.code(f"{a.source}.remove_prefix({b.source})", lambda env: (lambda x, y: x[len(y):] if x.startswith(y) else x)(a.run(env), b.run(env)))
        if which == "suffix":
            return self.code(f"{a.source}.remove_suffix({b.source})", lambda env: (lambda x, y: without_trailing(x, y))(a.run(env), b.run(env)))
        if which == "words":
            return self.code(f'{a.source}.replace("-", " ").words().join("_")', lambda env: "_".join(w for w in a.run(env).replace("-", " ").split(" ") if w))
        if which == "reverse":
            return self.code(f"{a.source}.reverse()", lambda env: a.run(env)[::-1])
        if which == "lines":
            return self.code(f'({a.source} + "\\n" + {b.source}).lines().join("|")', lambda env: self.lines(limited(a.run(env) + "\n" + b.run(env))))
        found = self.name("v")
        return self.code(f'(match {a.source}.cut("-") {{\n{{found: {found}}} -> {found}.right + {found}.left\n{{notFound: true}} -> "none"\n}})',
                         lambda env: (lambda x: "".join(reversed(x.split("-", 1))) if "-" in x else "none")(a.run(env)))

    @staticmethod
    def lines(text):
        pieces = text.split("\n")
        return "|".join(pieces[:-1] if pieces[-1] == "" else pieces)

    def bool_of_list(self, scope, depth):
        xs = self.expr(("list", self.pick(INT, STRING)), scope, depth, strict=True)
        return self.code(f"{xs.source}.sort().is_sorted()", lambda env: xs.run(env) is not None)

    def list_of_list(self, t, scope, depth):
        if self.has_function(t):
            return None
        xs = self.expr(t, scope, depth, strict=True)
        x = self.expr(t[1], scope, depth, strict=True)
        which = self.pick("chunks", "insert", "scan", "windows", "split", "zip", "task")
        if which == "chunks":
            return self.code(f"{xs.source}.chunks(3).flatten()", xs.run)
        if which == "insert":
            return self.code(f"{xs.source}.insert_at(0, {x.source})", lambda env: (lambda v, y: limited([y] + v))(xs.run(env), x.run(env)))
        if which == "split":
            return self.code(f"{xs.source}.split_at(2).right", lambda env: xs.run(env)[2:])
        if which == "windows":
            return self.code(f"{xs.source}.windows(2).map((w) -> w[1])", lambda env: xs.run(env)[1:])
        if which == "zip":
            return self.code(f"{xs.source}.zip_with(range(2), (a, _) -> a)", lambda env: xs.run(env)[:2])
        if which == "task":  # in processes of their own: the values are sent there and back
            return self.code(f"task:map({xs.source}.take(3), (x) -> x)", lambda env: xs.run(env)[:3])
        def scanned(env):
            values = xs.run(env)
            x.run(env)
            return values

        return self.code(f"{xs.source}.scan({x.source}, (_, y) -> y)", scanned)

    # ---- JSON there and back ------------------------------------------------------------------------------------------

    def has_json(self, t):
        if t[0] == "list":
            return self.has_json(t[1])
        if t[0] == "rec":
            return all(self.has_json(field) for field in self.records[t[1]].values())
        if t[0] == "union":
            members = self.unions[t[1]]
            variants = [m for m in members if m[0] == "variant"]
            return all(m in (NIL, INT, STRING) for m in members if m[0] != "variant") and \
                all(its[0] == "tag" or self.has_json(its) for m in variants for its in m[1].values())
        return t in (INT, STRING, BOOL, NIL)

    def decoded(self, t, scope, depth):
        if t[0] not in ("list", "rec", "union") or not self.has_json(t):
            return None
        x = self.expr(t, scope, depth, strict=True)
        name = "decoded" + "".join(c if c.isalnum() else "_" for c in self.type_text(t))
        if name not in self.generic:
            self.generic[name] = True
            its = self.type_text(t)
            self.declarations.append(f"{name}(x: {its}) {its} {{\n{name}_of(json:encode(x))\n}}")
            self.declarations.append(f"{name}_of(text: string) {its} {{\nresult: {{ok: {its}}} | {{error: string}} = json:decode(text)\n"
                                     f"match result {{\n{{ok}} -> ok\n{{error}} -> panic(error)\n}}\n}}")
        return self.code(f"{name}({x.source})", x.run)

    # ---- what results pass through, and what they hide ----------------------------------------------------------------

    def passed_through(self, t, scope, depth):
        places = [(name, field) for name, fields in self.records.items() for field, its in fields.items() if its == t]
        if not places or self.has_function(t):
            return None
        if "marked" not in self.generic:
            self.generic["marked"] = True
            self.declarations.append("marked(r) {mark: int} { r with {mark: 7, hidden: \"x\"} }")
        name, field = self.draw.choice(places)
        if self.has_function(("rec", name)):
            return None
        record = self.expr(("rec", name), scope, depth, strict=True)
        return self.code(f"marked({record.source}).{field}", lambda env: record.run(env)[field])

    # ---- narrowing ----------------------------------------------------------------------------------------------------

    def narrowed(self, t, scope, depth):
        """A name that is a union, where a condition says which member it is."""
        if t not in (INT, STRING):
            return None
        names = [name for name, its in scope.items() if its[0] == "union" and t in self.unions[its[1]]]
        if not names:
            return None
        name = self.draw.choice(names)
        other = self.expr(t, scope, depth, strict=True)
        kind = int if t == INT else str
        plain = lambda env: env[name] if type(env[name]) is kind else other.run(env)
        if self.chance(50):
            return self.code(f"(if {name} is {t[0]} {{ {name} }} else {{ {other.source} }})", plain)
        if self.chance(50):
            return self.code(f"(if !({name} is {t[0]}) {{ {other.source} }} else {{ {name} }})", plain)
        rest = f"{name} > 3" if t == INT else f"{name}.length > 3"

        def more(env):
            x = env[name]
            return x if type(x) is kind and (x > 3 if t == INT else len(x) > 3) else other.run(env)

        return self.code(f"(if {name} is {t[0]} && {rest} {{ {name} }} else {{ {other.source} }})", more)
