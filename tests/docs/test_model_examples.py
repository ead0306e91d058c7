"""The examples for model authors: each model is served over its tables, and its requests print what is shown."""

import json
import os
import re
import subprocess

import jsonschema
import pytest

from support.database import Sql
from support.service import Service, run

from markdown import BLOCK, ROOT, masked

MODELS = ROOT / "service" / "model"
SCHEMA = json.loads((MODELS / "model.schema.json").read_text())
KINDS = ("many-to-one", "one-to-many", "one-to-one", "many-to-many", "symmetric many-to-many",
         "to-one over many-to-many")


def read_examples():
    """title -> tables, model, requests and what they print: a section may have several examples."""
    examples = {}
    for section in re.split(r"^## ", (MODELS / "README.md").read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        blocks = [(match.group(1), match.group(2)) for match in BLOCK.finditer(text)]
        shown = [{} for language, _ in blocks if language == "sql"]
        before, at = None, {"sql": 0, "model": 0, "sh": 0}
        for language, content in blocks:
            kind = "shown" if before == "sh" and language == "json" else {"json": "model"}.get(language, language)
            place = at["sh"] - 1 if kind == "shown" else at[kind]
            shown[place][kind] = content
            if kind != "shown":
                at[kind] += 1
            before = language
        examples.update({f"{title} {i + 1}": example for i, example in enumerate(shown)})
    return examples


EXAMPLES = read_examples()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home folder whose curl shows no progress."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".curlrc").write_text("silent\n")
    return folder


@pytest.fixture(scope="module")
def said(cluster, tmp_path_factory):
    """What `model check` says of every example, by its title; their tables stand side by side."""
    url = cluster.create_database("examples")
    sql = Sql(cluster.connect("examples"))
    file = tmp_path_factory.mktemp("models") / "model.json"
    answers = {}
    for title, example in EXAMPLES.items():
        sql.run(example["sql"])
        file.write_text(example["model"])
        answers[title] = run("model", "check", "--database", url, "--model", file)
    sql.close()
    return answers


def test_every_example_is_whole():
    assert len(EXAMPLES) >= 11
    for title, example in EXAMPLES.items():
        assert example.keys() == {"sql", "model", "sh", "shown"}, title


@pytest.mark.parametrize("title", EXAMPLES)
def test_models_are_served_without_a_remark(title, said):
    assert said[title].returncode == 0, said[title].stdout
    assert re.match(r"\S+: \d+ types, \d+ relationships, 0 errors, 0 warnings\n", said[title].stdout)
    jsonschema.validate(json.loads(EXAMPLES[title]["model"]), SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("title", EXAMPLES)
def test_requests_print_what_is_shown(title, cluster, home, tmp_path):
    """In a database of their own: what they write begins at its first key."""
    name = "example_" + re.sub(r"\W+", "_", title.lower())
    url = cluster.create_database(name)
    sql = Sql(cluster.connect(name))
    sql.run(EXAMPLES[title]["sql"])
    sql.close()
    model = tmp_path / "model.json"
    model.write_text(EXAMPLES[title]["model"])
    with Service(url, model=model, workers=1) as service:
        commands = EXAMPLES[title]["sh"].replace("localhost:8080", f"{service.host}:{service.port}")
        ran = subprocess.run(["bash", "-euc", commands], capture_output=True, text=True, timeout=30,
                             env=dict(os.environ, CURL_HOME=str(home), HOME=str(home)))
    cluster.drop_database(name)
    assert ran.returncode == 0, ran.stderr
    assert masked(ran.stdout) == masked(EXAMPLES[title]["shown"])


def test_there_is_an_example_of_each_kind(said):
    shown = "".join(answer.stdout for answer in said.values())
    for kind in KINDS:
        assert re.search(rf"^  \w+: {kind} to ", shown, re.MULTILINE), kind
