"""usage: polls.py FILE.s FUNCTION…: every cycle of the generated code, in a function's jumps or among calls, passes a poll.

A poll is the comparison of the stack pointer with the limit that others poison. A look at the mailbox is one too: fl_receive_next
polls itself. Counted loops poll once in CHUNK rounds: a loop without a poll may stand in one that polls and adds CHUNK, if no other
loop stands in it. What is not followed are calls of function values; the functions they may lead to are looked at like all others.
Each FUNCTION has to be there, or to have become part of another one: its name has to be in the file."""

import re
import sys

POLL = re.compile(r"cmpq\s+.*, %rsp$|movq\s+%rsp, %r(?!bp)|callq?\s+fl_receive_next\b")
CHUNK = re.compile(r"leaq\s+1000\(|addq\s+\$1000,")
ENDS = re.compile(r"(jmpq?|retq?|ud2|hlt)\b|callq?\s+fl_panic")


class Function:
    def __init__(self, name):
        self.name, self.lines, self.labels = name, [], {}

    def add(self, line):
        label = re.match(r"(\.L\w+):", line)
        if label:
            self.labels[label[1]] = len(self.lines)
        elif re.match(r"[a-z]", line):
            self.lines.append(line)


def read(path):
    """The functions, and the labels in each jump table."""
    functions, tables, present, table = [], {}, None, None
    for line in open(path):
        line = re.sub(r"\s*#.*", "", line).strip()
        if re.match(r"\.LJTI\w+:", line):
            table = tables.setdefault(line[:-1], [])
            continue
        entry = re.match(r"\.(?:long|quad)\s+(\.LBB\w+)", line)
        if table is not None and entry:
            table.append(entry[1])
            continue
        table = None
        if re.match(r"\.type\s+.*@function", line):
            present = Function(re.match(r"\.type\s+(.*?),\s*@function", line)[1].strip('"'))
            functions.append(present)
        elif line.startswith(".size") or line.startswith(".section"):
            present = None
        elif present:
            present.add(line)
    return functions, tables


def successors(function, at, tables):
    line = function.lines[at]
    found = [] if ENDS.match(line) else [at + 1]
    if line.startswith("j"):
        found += [function.labels[name] for name in re.findall(r"\.L\w+", line) if name in function.labels]
        if "*" in line:  # through a jump table: any of this function's
            found += [function.labels[name] for names in tables.values() for name in names if name in function.labels]
    return [next for next in found if next < len(function.lines)]


def components(nodes, edges):
    """Sets of nodes that lie on cycles with each other (Tarjan, without recursion), given only edges among `nodes`."""
    nodes, index, low, path, found = set(nodes), {}, {}, [], []
    for root in sorted(nodes):
        work = [] if root in index else [root]
        while work:
            node = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                path.append(node)
            following = [next for next in edges(node) if next in nodes]
            fresh = next((next for next in following if next not in index), None)
            if fresh is not None:
                work.append(fresh)
                continue
            work.pop()
            if low[node] > len(nodes):  # of another component already
                continue
            low[node] = min([low[node]] + [low[next] for next in following])
            if low[node] == index[node]:
                component = set(path[path.index(node):])
                del path[path.index(node):]
                for member in component:
                    low[member] = len(nodes) + 1
                if len(component) > 1 or node in following:
                    found.append(component)
    return found


def unpolled(function, tables):
    """An instruction on a cycle of jumps that passes no poll as often as it should, or None."""
    edges = {at: successors(function, at, tables) for at in range(len(function.lines))}
    polls = {at for at in edges if POLL.search(function.lines[at])}
    for outer in components(edges, edges.get):
        for loop in components(outer - polls, edges.get):
            chunked = outer & polls and any(CHUNK.search(function.lines[at]) for at in outer - loop)
            heads = {next for at in edges.keys() - loop for next in edges[at]} & loop
            if not chunked or components(loop - heads, edges.get):
                return min(loop)
    return None


def calls(function, names):
    return [name for line in function.lines if re.match(r"(call|jmp)", line)
            for name in [line.split()[-1].strip('"').removesuffix("@PLT")] if name in names]


def main(path, wanted):
    functions, tables = read(path)
    names = {function.name: function for function in functions}
    polling = {function.name for function in functions if any(POLL.search(line) for line in function.lines)}
    problems = [f"no {name} in {path}" for name in wanted if name not in open(path).read()]
    if not functions or not polling:
        problems.append(f"{path} has no functions that poll")
    for function in functions:
        at = unpolled(function, tables)
        if at is not None:
            around = "\n    ".join(function.lines[max(0, at - 3):at + 12])
            problems.append(f"{function.name}: a loop without a poll, at\n    {around}")
    for circle in components(names.keys() - polling, lambda name: calls(names[name], names)):
        problems.append(f"{min(circle)}: recursion without a poll")
    print(f"{len(functions)} functions, {len(polling)} of them poll")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
