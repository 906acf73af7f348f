"""The house keeps its order: who imports whom, how long a file may be, and what the project says of itself."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "minikeras"

# Each row may import only from rows above it; within a package files may import each other, without circles.
ROWS = [
    [
        "config",
        "registry",
        "serialization",
        "seeds",
        "nest",
        "files",
        "dtypes",
        "lookup",
        "limits",
        "messages",
        "spellings",
        "lazy",
    ],
    ["kernels"],
    ["autodiff"],
    ["ops"],
    ["activations", "initializers", "regularizers", "constraints", "losses", "metrics"],
    ["optimizers"],
    ["layers"],
    ["callbacks", "saving"],
    ["training"],
    ["models"],
    ["datasets", "utils", "wrappers", "distribution", "export", "visual"],
    ["random", "tree", "backend", "mixed_precision", "preprocessing"],
    ["compat"],
    ["cli", "__main__", "__init__"],
]
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}
# The foundation is a row of single modules: among them the order is this one.
FOUNDATION = [
    "spellings",
    "lazy",
    "limits",
    "config",
    "messages",
    "seeds",
    "nest",
    "files",
    "registry",
    "serialization",
    "lookup",
    "dtypes",
]


def sources():
    return sorted(p for p in PACKAGE.rglob("*.py") if "_skbuild" not in p.parts)


def room_of(path):
    """The top-level name of a file inside the package: 'layers' for minikeras/layers/core.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path):
    """(dotted name below minikeras, line, inside a function?) for each import of our own."""
    tree = ast.parse(path.read_text())
    nested = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = path.relative_to(ROOT).with_suffix("").parts[: -node.level]
                module = ".".join([*base, *([node.module] if node.module else [])])
            else:
                module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "minikeras":
                yield name.removeprefix("minikeras").removeprefix("."), node.lineno, id(node) in nested


def test_every_module_has_a_row():
    assert sorted({room_of(p) for p in sources()} - set(ROW_OF)) == []


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_upwards(path):
    room = room_of(path)
    for name, line, _ in imports_of(path):
        target = name.split(".")[0]
        if not target or target not in ROW_OF or target == room:
            continue
        where = f"{path.relative_to(ROOT)}:{line} imports {name}"
        assert ROW_OF[target] <= ROW_OF[room], f"{where}, from a row below its own"
        if room in FOUNDATION and target in FOUNDATION:
            assert FOUNDATION.index(target) < FOUNDATION.index(room), (
                f"{where}, against the order of the foundation"
            )


def module_name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_circle_even_through_functions():
    """Module-level and function-level imports together have no circle: none is hidden in a function."""
    modules = {module_name(p): p for p in sources()}
    edges = {}
    for name, path in modules.items():
        targets = set()
        for imported, _, _ in imports_of(path):
            candidate = imported
            while candidate and candidate not in modules:
                candidate = candidate.rpartition(".")[0]
            # A package's __init__ gathers its files; files of the same package are looked at one by one.
            if candidate and candidate != name and not name.startswith(candidate + "."):
                targets.add(candidate)
        edges[name] = targets
    state = {}

    def visit(node, trail):
        if state.get(node) == "done":
            return
        assert state.get(node) != "open", f"circle: {' -> '.join([*trail[trail.index(node) :], node])}"
        state[node] = "open"
        for target in sorted(edges[node]):
            visit(target, [*trail, node])
        state[node] = "done"

    for node in sorted(edges):
        visit(node, [])


@pytest.mark.parametrize("suffix", [".py", ".cpp", ".hpp", ".h"])
def test_no_file_above_500_lines(suffix):
    long = [
        (str(p.relative_to(ROOT)), n)
        for folder in ("minikeras", "examples", "benchmarks")
        for p in (ROOT / folder).rglob(f"*{suffix}")
        if (n := len(p.read_text().splitlines())) > 500
    ]
    assert long == []


def tracked_texts():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [
        p
        for p in listed.stdout.split()
        if Path(p).suffix in (".py", ".md", ".toml", ".cpp", ".hpp", ".h", ".txt", ".yml")
    ]


def test_nothing_left_half_done():
    """No marks of unfinished work in what is shipped."""
    mark = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        f"{name}:{number}"
        for name in tracked_texts()
        if name.startswith("minikeras/")
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if mark.search(line)
    ]
    assert found == []


def test_import_is_lazy():
    """`import minikeras` alone loads neither h5py nor tqdm nor matplotlib."""
    code = (
        "import sys, minikeras; "
        "bad = [m for m in ('h5py', 'tqdm', 'matplotlib', 'sklearn', 'PIL', 'minikeras.layers') if m in sys.modules]; "
        "sys.exit(repr(bad) if bad else 0)"
    )
    run = subprocess.run([__import__("sys").executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
