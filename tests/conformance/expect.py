"""What tests say when something else came than was expected."""


class Skip(Exception):
    """This row cannot be judged here, for the reason given."""


def brief(answer):
    """One line that tells an exchange."""
    body = answer.body.decode("utf-8", "replace")
    body = body if len(body) <= 240 else body[:240] + "…"
    return f"{answer.method} {answer.path}: {answer.status} {body}".strip()


def true(condition, expected, came):
    if not condition:
        raise AssertionError(f"expected {expected}; came {brief(came) if hasattr(came, 'status') else came}")


def same(came, expected, what):
    true(came == expected, f"{what} {expected!r}", repr(came))


def status(answer, *allowed):
    """Returns the answer, whose status is one of these."""
    true(answer.status in allowed, " or ".join(map(str, allowed)), answer)
    return answer


def success(answer):
    """A write that was done and is finished."""
    return status(answer, 200, 201, 204)


def refusal(answer, *allowed, pointer=None, parameter=None, header=None):
    """An errors document of one of these statuses, one of whose errors has this source. A source
    is a text, or several of which one is enough."""
    status(answer, *allowed)
    true(isinstance(answer.json.get("errors"), list) and answer.errors, "an errors document", answer)
    for kind, wanted in (("pointer", pointer), ("parameter", parameter), ("header", header)):
        if wanted is not None:
            wanted = (wanted,) if isinstance(wanted, str) else wanted
            came = [error.get("source", {}).get(kind) for error in answer.errors]
            true(set(wanted) & set(came), f"source.{kind} {' or '.join(map(repr, wanted))}", answer)
    return answer


def refused_4xx(answer):
    return refusal(answer, *range(400, 500))
