"""The examples for model authors: each model is served over its tables, and its curl lines ask for what it has."""

import json
import re

import jsonschema
import pytest

from support.database import Sql
from support.service import run

from markdown import BLOCK, ROOT

MODELS = ROOT / "service" / "model"
SCHEMA = json.loads((MODELS / "model.schema.json").read_text())
PATH = re.compile(r"localhost:8080/(\S+)")
KINDS = ("many-to-one", "one-to-many", "one-to-one", "many-to-many", "symmetric many-to-many",
         "to-one over many-to-many")


def read_examples():
    """(title, tables, model, curl lines) of each example: a section may have several."""
    for section in re.split(r"^## ", (MODELS / "README.md").read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        blocks = {language: [] for language in ("sql", "json", "sh")}
        for match in BLOCK.finditer(text):
            blocks[match.group(1)].append(match.group(2))
        assert len(blocks["sql"]) == len(blocks["json"]), title
        for i, declared in enumerate(blocks["json"]):
            curls = blocks["sh"][i] if i < len(blocks["sh"]) else ""
            yield f"{title} {i + 1}", blocks["sql"][i], declared, curls.splitlines()


EXAMPLES = list(read_examples())


@pytest.fixture(scope="module")
def said(cluster, tmp_path_factory):
    """What `model check` says of every example, by its title; their tables stand side by side."""
    url = cluster.create_database("examples")
    sql = Sql(cluster.connect("examples"))
    file = tmp_path_factory.mktemp("models") / "model.json"
    answers = {}
    for title, tables, declared, _ in EXAMPLES:
        sql.run(tables)
        file.write_text(declared)
        answers[title] = run("model", "check", "--database", url, "--model", file)
    sql.close()
    return answers


@pytest.mark.parametrize("title, declared", [(e[0], e[2]) for e in EXAMPLES])
def test_models_are_served_without_a_remark(title, declared, said):
    assert said[title].returncode == 0, said[title].stdout
    assert re.match(r"\S+: \d+ types, \d+ relationships, 0 errors, 0 warnings\n", said[title].stdout)
    jsonschema.validate(json.loads(declared), SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("title, curls", [(e[0], e[3]) for e in EXAMPLES if e[3]])
def test_curl_asks_for_what_the_model_has(title, curls, said):
    for line in curls:
        type_, _, *rest = PATH.search(line).group(1).split("/")
        name = rest[1] if rest[0] == "relationships" else rest[0]
        graph = said[title].stdout.partition(f"\n{type_}: table ")[2].partition("\n\n")[0]
        assert re.search(rf"^  {name}: \S+.* to ", graph, re.MULTILINE), (line, graph)


def test_there_is_an_example_of_each_kind(said):
    shown = "".join(answer.stdout for answer in said.values())
    for kind in KINDS:
        assert re.search(rf"^  \w+: {kind} to ", shown, re.MULTILINE), kind
