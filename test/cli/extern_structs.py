#!/usr/bin/env python3
"""Structs of drawn shapes, passed between other arguments, given back, read and filled in by address: writes functions.c,
oracle.c, which calls them from C, and program.fl, which calls them from Fluffy. Both print the same.

usage: extern_structs.py SEED COUNT"""

import random
import sys

SCALARS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int", "uint64", "float32", "float", "bool"]
C_NAMES = {"int": "int64_t", "float32": "float", "float": "double", "bool": "bool"}


def c_name(kind):
    return C_NAMES.get(kind, kind + "_t")


def draw_struct(rng, depth):
    fields = []
    few = rng.choice([SCALARS, ["float32"], ["float32", "float"], ["int8", "uint8", "int16"], SCALARS])
    for i in range(rng.choice([1, 1, 2, 2, 3, 4, 5, 7])):
        kind = draw_struct(rng, depth + 1) if depth < 2 and rng.random() < 0.15 else rng.choice(few)
        fields.append((f"{rng.choice('abcxyz')}{i}", kind))
    return fields


def value(rng, kind):
    if isinstance(kind, list):
        return [value(rng, field) for _, field in kind]
    if kind == "bool":
        return rng.random() < 0.5
    if kind.startswith("float"):
        return rng.randrange(-200, 200) / 2
    least = 0 if kind.startswith("uint") else -100
    return rng.randrange(least, 100)


def literal(kind, given, c):
    if isinstance(kind, list):
        parts = [(name, literal(field, part, c)) for (name, field), part in zip(kind, given)]
        return "{" + ", ".join(f".{n} = {v}" if c else f"{n}: {v}" for n, v in parts) + "}"
    return str(given).lower() if kind == "bool" else str(given)


class Writer:
    def __init__(self, rng):
        self.rng = rng
        self.structs, self.functions, self.declared, self.types = [], [], [], []
        self.oracle, self.program, self.prototypes = [], [], []
        self.names = {}

    def name(self, kind):
        """The C and the Fluffy name of a type."""
        if not isinstance(kind, list):
            return c_name(kind), kind
        key = repr(kind)
        if key not in self.names:
            parts = [(field, *self.name(inner)) for field, inner in kind]
            name = f"S{len(self.names)}"
            self.names[key] = name
            self.structs.append(f"typedef struct {{ {' '.join(f'{c} {field};' for field, c, _ in parts)} }} {name};")
            self.types.append(f"    {name} = {{{', '.join(f'{field}: {fl}' for field, _, fl in parts)}}}")
        return self.names[key], self.names[key]

    def leaves(self, kind, path):
        if not isinstance(kind, list):
            return [(path, kind)]
        return [leaf for field, inner in kind for leaf in self.leaves(inner, f"{path}.{field}")]

    def show(self, kind, at, c):
        """Statements that print each leaf of a value."""
        out = []
        for path, leaf in self.leaves(kind, at):
            if not c:
                out.append(f"    println({path})")
            elif leaf == "bool":
                out.append(f'    puts({path} ? "true" : "false");')
            elif leaf.startswith("float"):
                out.append(f'    show({path});')
            else:
                out.append(f'    printf("%lld\\n", (long long){path});')
        return out

    def change(self, kind, at):
        out = []
        for path, leaf in self.leaves(kind, at):
            out.append(f"{path} = !{path};" if leaf == "bool" else f"{path} = ({c_name(leaf)})({path} / 2 + 1);")
        return " ".join(out)

    def call(self, index):
        shape = draw_struct(self.rng, 0)
        struct, _ = self.name(shape)
        before = [self.rng.choice(SCALARS) for _ in range(self.rng.choice([0, 1, 3, 6, 9]))]
        between = [self.rng.choice(SCALARS) for _ in range(self.rng.choice([0, 0, 2, 5]))]
        kinds = [*before, shape, *between, shape, self.rng.choice(SCALARS)]
        given = [value(self.rng, kind) for kind in kinds]
        params = [(f"p{i}", kind) for i, kind in enumerate(kinds)]
        weights = {leaf: n + 1 for n, (leaf, _) in enumerate(leaf for name, kind in params for leaf in self.leaves(kind, name))}
        total = " + ".join(f"{weight} * (double){leaf}" for leaf, weight in weights.items())
        c_params = ", ".join(f"{self.name(kind)[0]} {name}" for name, kind in params)
        fl_params = ", ".join(f"{name}: {self.name(kind)[1]}" for name, kind in params)
        first = f"p{len(before)}"
        sum_, back, place = f"sum{index}", f"back{index}", f"place{index}"
        self.prototypes += [f"double {sum_}({c_params});", f"{struct} {back}({c_params});",
                            f"void {place}(const {struct} *in, {struct} *out, {struct} *both);"]
        self.functions += [
            f"double {sum_}({c_params}) {{ return {total}; }}",
            f"{struct} {back}({c_params}) {{ {self.change(shape, first)} return {first}; }}",
            f"void {place}(const {struct} *in, {struct} *out, {struct} *both) "
            f"{{ *out = *both; *both = *in; {self.change(shape, '(*out)')} }}"]
        self.declared += [f"    {sum_}({fl_params}) float", f"    blocking {back}({fl_params}) {struct}",
                          f"    {place}(in_: ref {struct}, out_: out {struct}, both: inout {struct})"]
        c_given = ", ".join(f"({self.name(kind)[0]}){literal(kind, v, True)}" for kind, v in zip(kinds, given))
        fl_given = ", ".join(literal(kind, v, False) for kind, v in zip(kinds, given))
        one, two = given[len(before)], value(self.rng, shape)
        self.oracle += ["    {", f'    show({sum_}({c_given}));', f"    {struct} b = {back}({c_given});",
                        *self.show(shape, "b", True),
                        f"    {struct} in = {literal(shape, one, True)}, both = {literal(shape, two, True)}, out;",
                        f"    {place}(&in, &out, &both);", *self.show(shape, "out", True), *self.show(shape, "both", True), "    }"]
        self.program += [f"    println({sum_}({fl_given}))", f"    b{index} = {back}({fl_given})", *self.show(shape, f"b{index}", False),
                         f"    m{index} = {place}({literal(shape, one, False)}, {literal(shape, two, False)})",
                         *self.show(shape, f"m{index}.out_", False), *self.show(shape, f"m{index}.both", False)]


def main():
    rng = random.Random(int(sys.argv[1]))
    writer = Writer(rng)
    for index in range(int(sys.argv[2])):
        writer.call(index)
    head = ["#include <stdbool.h>", "#include <stdint.h>", "#include <stdio.h>", *writer.structs, *writer.prototypes]
    with open("functions.c", "w") as file:
        print(*head, *writer.functions, sep="\n", file=file)
    with open("oracle.c", "w") as file:
        print(*head, "static void show(double x) { printf(x == (long long)x ? \"%.1f\\n\" : \"%.12g\\n\", x); }", "int main(void) {", *writer.oracle, "}", sep="\n", file=file)
    with open("program.fl", "w") as file:
        print('extern c "functions.c" {', *writer.types, *writer.declared, "}", "", "main() {", *writer.program, "}", sep="\n",
              file=file)


main()
