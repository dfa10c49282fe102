"""Uses the official `openai` client against a gateway: a JSON task on standard input, a JSON report on standard output."""

import json
import sys

from openai import APIError, APIStatusError, OpenAI

task = json.load(sys.stdin)
client = OpenAI(base_url=task["base_url"], api_key="any", max_retries=0)


def ask(fields):
    """Options of ours travel in `extra_body`: the client's own signature does not know them."""
    known = {"model", "stream", "stream_options", "tools", "tool_choice", "response_format", "n", "messages", "temperature"}
    named = {name: value for name, value in fields.items() if name in known}
    extra = {name: value for name, value in fields.items() if name not in known}
    return {"messages": task["messages"], **named, "extra_body": extra}


def create(fields):
    raw = client.chat.completions.with_raw_response.create(**ask(fields))
    return {"headers": dict(raw.headers), "completion": raw.parse().model_dump()}


def insist(fields):
    """With a time-out of its own and the client's usual retries."""
    patience = fields.pop("client_timeout")
    return client.with_options(timeout=patience, max_retries=2).chat.completions.create(**ask(fields)).model_dump()


def iterate(fields):
    chunks = client.chat.completions.create(**ask(fields), stream=True, stream_options={"include_usage": True})
    return [chunk.model_dump() for chunk in chunks]


def collect(fields):
    """The client's own helper, which puts a stream together and checks it while it comes."""
    with client.chat.completions.stream(**ask(fields), stream_options={"include_usage": True}) as stream:
        pieces = [event.delta for event in stream if event.type == "content.delta"]
        return {"pieces": pieces, "completion": stream.get_final_completion().model_dump()}


def fail(fields):
    try:
        return {"completion": create(fields)}
    except APIStatusError as error:
        told = {"status": error.status_code, "headers": dict(error.response.headers)}
        return {**told, "kind": type(error).__name__, "code": error.code, "param": error.param, "type": error.type}


def break_off(fields):
    pieces = []
    try:
        for chunk in client.chat.completions.create(**ask(fields), stream=True):
            pieces.extend(choice.delta.content or "" for choice in chunk.choices)
    except APIError as error:
        return {"text": "".join(pieces), "kind": type(error).__name__, "code": error.code}
    return {"text": "".join(pieces), "kind": None, "code": None}


ACTIONS = {"create": create, "insist": insist, "iterate": iterate, "collect": collect, "fail": fail, "break_off": break_off}

report = {
    "models": [model.id for model in client.models.list()],
    "model": client.models.retrieve(task["model"]).model_dump(),
    "results": [ACTIONS[item["action"]](item["request"]) for item in task["items"]],
}
print(json.dumps(report))
