"""What the checks share: the tree to judge, the form of a finding, C text reduced to code.

A check prints one line per finding, `file:line: what: remedy`, and exits 1 when there was any.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
ROOT = Path(
    sys.argv[1] if len(sys.argv) > 1 else os.environ.get("LINT_ROOT") or REPOSITORY
).resolve()
BUILD = ROOT / "build" / "lint"

# The flags of the build, which checks/headers compares with the Makefile.
WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wshadow",
    "-Wconversion",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wwrite-strings",
    "-Wcast-qual",
    "-Wformat=2",
    "-Wundef",
    "-Wvla",
]
PACKAGES = ["libmicrohttpd", "jansson", "libpq"]
NOT_SOURCE = {
    ".git",
    "build",
    ".local",
    "__pycache__",
    ".pytest_cache",
    ".hypothesis",
    "node_modules",
}

findings = []


def found(path, line, what, remedy):
    """Notes one finding; the path is printed relative to the tree."""
    path = Path(path)
    if path.is_absolute() and path.is_relative_to(ROOT):
        path = path.relative_to(ROOT)
    findings.append((str(path), int(line), f"{what}: {remedy}"))


def need(**packages):
    """Ends the check with a finding when a program is missing; keywords: program=Debian package."""
    missing = [name for name in packages if shutil.which(name.replace("_", "-")) is None]
    for name in missing:
        found(".", 1, f"{name.replace('_', '-')} is not installed", f"apt install {packages[name]}")
    if missing:
        finish()


def finish():
    """Prints every finding once, in order of place, and ends the check."""
    for path, line, text in sorted(set(findings)):
        print(f"{path}:{line}: {text}")
    sys.exit(1 if findings else 0)


def files(*folders):
    """Every file below the folders (default: the whole tree), without what tools leave behind."""
    for folder in folders or (".",):
        for top, names, leaves in os.walk(ROOT / folder):
            names[:] = sorted(n for n in names if n not in NOT_SOURCE)
            for leaf in sorted(leaves):
                yield Path(top) / leaf


def c_files(*folders, suffixes=(".c", ".h")):
    """C files below the folders; none in service/ is a finding: judging nothing must not pass."""
    chosen = [path for path in files(*folders) if path.suffix in suffixes]
    if not any(path.is_relative_to(ROOT / "service") for path in chosen):
        found("service", 1, f"no {' or '.join(suffixes)} file", "judge a tree that has sources")
    return chosen


def relative(path):
    return path.relative_to(ROOT).as_posix()


def text_of(path):
    return Path(path).read_text(encoding="utf-8", errors="replace")


_LEXEMES = re.compile(
    r"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)


def blanked(text, strings):
    """The text with comments (if asked, the insides of strings too) as spaces; places stay."""

    def blank(match):
        lexeme = match.group()
        if lexeme[0] in "\"'":
            return lexeme[0] + " " * (len(lexeme) - 2) + lexeme[0] if strings else lexeme
        return re.sub(r"[^\n]", " ", lexeme)

    return _LEXEMES.sub(blank, text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def compile_flags():
    """Flags that make any file of service/ or tests/ compile, without the warnings.

    Libraries are not ours to judge, so their headers are system headers.
    """
    packages = subprocess.run(
        ["pkg-config", "--cflags", *PACKAGES], stdout=subprocess.PIPE, check=True, text=True
    )
    libraries = packages.stdout.replace("-I", "-isystem").split()
    return [
        "-std=c11",
        "-D_GNU_SOURCE",
        f"-I{ROOT / 'service'}",
        f"-I{ROOT / 'tests' / 'unit'}",
        *libraries,
    ]


_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def closure(path, known=None):
    """The file and every file of the tree it includes, however deep."""
    known = {} if known is None else known
    if path in known:
        return known
    known[path] = text_of(path)
    for name in _INCLUDE.findall(blanked(known[path], strings=False)):
        for folder in (path.parent, ROOT / "service", ROOT / "tests" / "unit"):
            if (folder / name).is_file():
                closure((folder / name).resolve(), known)
                break
    return known


def fingerprint(path, *extra):
    """A name for a file's content, for all it includes, and for what else decides its result."""
    digest = hashlib.sha256()
    for name, text in sorted(closure(path.resolve()).items()):
        digest.update(f"{name}\0{text}\0".encode())
    for item in extra:
        digest.update(f"{item}\0".encode())
    return digest.hexdigest()[:32]


def interpreter(path):
    """The program named by a script's first line ('' without one): sh, bash, python3 ..."""
    with open(path, "rb") as script:
        first = script.readline(200).decode("utf-8", "replace")
    if not first.startswith("#!"):
        return ""
    words = first[2:].split()
    if len(words) > 1 and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-")]
    return words[0].rsplit("/", 1)[-1] if words else ""


def is_python(path):
    return path.suffix == ".py" or interpreter(path).startswith("python")


def is_shell(path):
    return path.suffix in (".sh", ".bash") or interpreter(path) in ("sh", "bash", "dash")


def tidied(paths):
    """What clang-tidy says of each file: {path: [(path, line, message, check)]}.

    One run per file serves both checks/tidy and checks/size and is kept in build/lint/tidy under a
    fingerprint. Tests are judged by tests.clang-tidy, since cmocka's macros trip the rest.
    """
    flags = compile_flags()
    version = subprocess.run(
        ["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True, text=True
    ).stdout

    def judge(path):
        own = path.is_relative_to(ROOT / "service")
        config = REPOSITORY / ".clang-tidy" if own else HERE / "tests.clang-tidy"
        name = relative(path).replace("/", "-")
        kept = BUILD / "tidy" / f"{name}.{fingerprint(path, version, text_of(config), *flags)}"
        if kept.is_file():
            return text_of(kept)
        run = subprocess.run(
            [
                "clang-tidy",
                "--quiet",
                f"--config-file={config}",
                str(path),
                "--",
                *flags,
                "-Wall",
                "-Wextra",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        output = run.stdout
        if run.returncode and not re.search(r": error: ", output):
            output += f"{path}:1:1: error: {run.stderr.strip()} [clang-tidy]\n"
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob(f"{name}.*"):
            old.unlink(missing_ok=True)
        part = kept.with_name(f".{kept.name}.{os.getpid()}")  # another run may be under way
        part.write_text(output, encoding="utf-8")
        part.rename(kept)
        return output

    with ThreadPoolExecutor(2) as pool:
        return {path: tidy_messages(output) for path, output in zip(paths, pool.map(judge, paths))}


_TIDY = re.compile(
    r"^(/[^:\n]+):(\d+):\d+: (?:(error|warning): (.*) \[([^\]]+)\]|note: (.*))$", re.MULTILINE
)


def tidy_messages(output):
    """Diagnostics of one clang-tidy run: (path, line, message, check).

    The notes of function-size name the measure and join its message; nesting inside a macro, such
    as the braces of ASSERT(), is not the reader's and does not count.
    """
    messages, notes = [], None
    for path, line, kind, message, checks, note in _TIDY.findall(output):
        if kind:
            notes = [message]
            messages.append((path, int(line), notes, checks.replace(",-warnings-as-errors", "")))
        elif notes and messages[-1][3] == "readability-function-size":
            if (
                note.startswith("expanded from macro")
                and len(notes) > 1
                and notes[-1].startswith("nesting")
            ):
                notes.pop()
            elif not note.startswith("expanded from"):
                notes.append(note)
    return [
        (path, line, "; ".join(notes), check)
        for path, line, notes, check in messages
        if check != "readability-function-size" or len(notes) > 1
    ]
