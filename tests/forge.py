"""A forge for the shell steps of the CI examples: what `gh api`, `curl` and `jq` would say to them.

    python tests/forge.py (gh | curl | jq) ARGUMENTS

It remembers in the JSON file that FORGE names: `comments` (by id), `pulls`, and the `calls` that wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import jq

ME = {"id": 7, "login": "github-actions[bot]"}


def main(tool: str, arguments: list[str]) -> None:
    {"gh": _gh, "curl": _curl, "jq": _jq}[tool](arguments)


def _gh(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("api", choices=["api"])
    parser.add_argument("path")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--method", default="GET")
    parser.add_argument("--jq", default=".")
    parser.add_argument("-F", dest="field", default="body=@")
    given = parser.parse_args(arguments)
    assert os.environ["GH_TOKEN"]
    answer = _answer(given.method, given.path, given.field.removeprefix("body=@"))
    if not given.silent:
        _print(jq.compile(given.jq).input_value(answer).all())


def _curl(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    for flag in ("--fail", "--silent", "--show-error"):
        parser.add_argument(flag, action="store_true", required=True)
    parser.add_argument("--header", required=True)
    parser.add_argument("--request", default="GET")
    parser.add_argument("--data-urlencode", default="")
    parser.add_argument("--output")
    given = parser.parse_args(arguments)
    answer = json.dumps(_answer(given.request, given.url, given.data_urlencode.removeprefix("body@")))
    if not given.output:
        sys.stdout.write(answer)


def _jq(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("expression")
    parser.add_argument("file", nargs="?")
    parser.add_argument("--raw-output", action="store_true")
    parser.add_argument("--arg", nargs=2, action="append", default=[])
    parser.add_argument("--argjson", nargs=2, action="append", default=[])
    given = parser.parse_args(arguments)
    names: dict[str, Any] = {**dict(given.arg), **{name: json.loads(value) for name, value in given.argjson}}
    text = Path(given.file).read_text("utf-8") if given.file else sys.stdin.read()
    _print(jq.compile(given.expression, args=names).input_text(text).all())


def _print(values: list[Any]) -> None:
    for value in values:
        sys.stdout.write(f"{value if isinstance(value, str) else json.dumps(value)}\n")


def _answer(method: str, address: str, body: str) -> Any:
    path = Path(os.environ["FORGE"])
    known = json.loads(path.read_text("utf-8"))
    place = address.partition("?")[0].split("/")
    if method == "GET":
        return _read(known, place)
    if known.get("refuses"):
        sys.exit("HTTP 403: Resource not accessible by integration")
    text = Path(body).read_text("utf-8")
    known["calls"].append(f"{method} {'/'.join(place[-3:])}")
    if method == "POST":
        known["comments"].append({"id": 100 + len(known["comments"]), "user": ME, "author": ME, "body": text})
    else:
        (one,) = (one for one in known["comments"] if str(one["id"]) == place[-1])
        one["body"] = text
    path.write_text(json.dumps(known), "utf-8")
    return {}


def _read(known: dict[str, Any], place: list[str]) -> Any:
    match place[-1]:
        case "user":
            return ME
        case "pulls" | "merge_requests":
            return [pull for pull in known["pulls"] if pull["merge_commit_sha"] == place[-2]]
        case "comments" | "notes":
            return known["comments"] if place[-2] == "12" else []
    sys.exit(f"HTTP 404: {'/'.join(place)}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
