"""The code blocks of a Markdown file, and what they say they print."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def examples(path):
    """(commands, what follows them) of each sh block, in order; None when nothing follows."""
    blocks = [(match.group(1), match.group(2)) for match in BLOCK.finditer((ROOT / path).read_text())]
    for i, (language, text) in enumerate(blocks):
        if language == "sh":
            shown = blocks[i + 1] if i + 1 < len(blocks) else ("sh", None)
            yield text, None if shown[0] == "sh" else shown[1]


def masked(text):
    """With every time replaced by the same one: it is the one thing that may differ."""
    return TIME.sub("2026-01-31T09:15:00.25Z", text)
