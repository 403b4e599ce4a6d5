"""Writes programs of so many lines, alike in each language: functions of eight lines that make, take apart and compare small values and call each
other, and a process for every hundredth of them."""

LINES_EACH = 8

FLUFFY = """f{n}(n: int, sum: int) int {{
    p = {{x: n, y: sum, name: "p${{n}}"}}
    label = match p {{
        {{x: 0}} -> "zero"
        _ -> p.name
    }}
    if label == "zero" {{ sum }} else {{ f{m}(n - 1, sum + p.y) }}
}}
"""
FLUFFY_PROCESS = """p{n}(parent: pid<{{sum: int}}>) {{
    receive {{
        {{start: n}} -> {{
            parent <- {{sum: f{m}(n, 1)}}
            p{n}(parent)
        }}
    }}
}}
"""
FLUFFY_MAIN = """main() {{
    me = self()
    {starts}
    println({count})
}}
"""

GO = """func f{n}(n, sum int) int {{
	p := point{{n, sum, "p" + strconv.Itoa(n)}}
	label := p.name
	if p.x == 0 {{
		label = "zero"
	}}
	if label == "zero" {{ return sum }} else {{ return f{m}(n-1, sum+p.y) }}
}}
"""
GO_PROCESS = """func p{n}(in <-chan int, parent chan<- int) {{
	for n := range in {{
		parent <- f{m}(n, 1)
	}}
}}



"""
GO_HEAD = """package main

import "strconv"

type point struct {{
	x, y int
	name string
}}

func f0(n, sum int) int {{ return sum }}
"""
GO_MAIN = """func main() {{
	parent := make(chan int)
	{starts}
	println({count})
}}
"""

ERLANG = """f{n}(N, Sum) ->
    P = {{N, Sum, "p" ++ integer_to_list(N)}},
    Label = case P of
        {{0, _, _}} -> "zero";
        {{_, _, Name}} -> Name
    end,
    if Label == "zero" -> Sum; true -> f{m}(N - 1, Sum + element(2, P)) end.

"""
ERLANG_PROCESS = """p{n}(Parent) ->
    receive
        {{start, N}} ->
            Parent ! {{sum, f{m}(N, 1)}},
            p{n}(Parent)
    end.


"""
ERLANG_HEAD = """-module({stem}).
-export([main/0]).

f0(_, Sum) -> Sum.
"""
ERLANG_MAIN = """main() ->
    Self = self(),
    {starts},
    io:format("~w~n", [{count}]).
"""

# extension → what a program begins with, a function, a process, its start, what stands between starts, and main
LANGUAGES = {
    "fl": ("f0(n: int, sum: int) int {{ sum }}\n", FLUFFY, FLUFFY_PROCESS, "spawn_typed(p{n}, me) <- {{start: 1}}", "\n    ", FLUFFY_MAIN),
    "go": (GO_HEAD, GO, GO_PROCESS, "go p{n}(make(chan int), parent)", "\n\t", GO_MAIN),
    "erl": (ERLANG_HEAD, ERLANG, ERLANG_PROCESS, "spawn(fun() -> p{n}(Self) end) ! {{start, 1}}", ",\n    ", ERLANG_MAIN),
}


def program(extension, lines, stem):
    """The text of one program."""
    head, function, process, start, between, main = LANGUAGES[extension]
    parts, starts = [head.format(stem=stem)], []
    last = lines // LINES_EACH
    for n in range(1, last + 1):
        if n % 100 == 0 or n == last:
            parts.append(process.format(n=n, m=n))
            starts.append(start.format(n=n))
        parts.append(function.format(n=n, m=n - 1 if n % 100 != 1 else 0))
    parts.append(main.format(starts=between.join(starts), count=len(starts)))
    return "".join(parts)


def source(folder, lines, extension):
    """The file of one program, which is written if it is not there; None for a language that has none."""
    if extension not in LANGUAGES:
        return None
    path = folder / f"generated_{lines}.{extension}"
    text = program(extension, lines, path.stem)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path
