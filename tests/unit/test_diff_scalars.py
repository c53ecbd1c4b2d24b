from __future__ import annotations

import json

import pytest
from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.json_format import MessageToDict, ParseDict

from flyteplan.diff import differences
from flyteplan.render.jsontext import jsontext, jsontexts

NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


def spec(factor: float) -> TaskSpec:
    made = TaskSpec()
    made.task_template.metadata.retries.backoff.factor = factor
    return made


@pytest.mark.parametrize("word", NO_NUMBERS)
def test_what_json_has_no_number_for_is_told_in_the_words_of_protobuf(word: str) -> None:
    (found,) = differences(spec(1.5), spec(float(word)), spec(2))
    assert found == ("retries.backoff.factor", 1.5, word, 2)
    told = MessageToDict(spec(float(word)), preserving_proto_field_name=True)
    assert told["task_template"]["metadata"]["retries"]["backoff"]["factor"] == word
    assert repr(ParseDict(told, TaskSpec())) == repr(spec(float(word)))


@pytest.mark.parametrize("word", NO_NUMBERS)
def test_it_is_the_same_as_itself(word: str) -> None:
    assert differences(spec(float(word)), spec(float(word)), spec(float(word))) == ()


@pytest.mark.parametrize("count", [1, 60])
def test_few_and_many_are_written_alike(count: int) -> None:
    """Many by another library, which would write null."""
    changes = [one._asdict() for word in NO_NUMBERS for one in differences(spec(0), spec(float(word)), spec(1))]
    texts = list(jsontexts(changes * count))
    assert texts == [*map(jsontext, changes)] * count
    assert [json.loads(text, parse_constant=pytest.fail)["live"] for text in texts] == [*NO_NUMBERS] * count
