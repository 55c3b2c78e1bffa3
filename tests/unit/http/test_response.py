"""Answers before the endpoint completes them."""

import pytest

from teppan.http.response import Response, versioned


def test_an_answer_is_200_and_json_until_it_says_otherwise() -> None:
    answer = Response()

    assert (answer.status, answer.body, answer.media_type) == (200, None, "application/json")


def test_a_versioned_answer_has_a_strong_etag_beside_its_own_headers() -> None:
    answer = versioned({"version": 3}, 3, status=201, headers={"Location": "/api/v1/bookings/1"})

    assert answer.status == 201
    assert answer.headers == {"ETag": '"3"', "Location": "/api/v1/bookings/1"}


def test_a_body_is_written_as_json_that_people_can_read() -> None:
    assert Response(body={"name": "寿司"}).text() == '{"name": "寿司"}'


def test_no_body_is_no_text() -> None:
    assert Response().text() == ""


@pytest.mark.parametrize("value", [object(), {"a", "set"}, 1j])
def test_what_is_no_json_can_not_be_written(value: object) -> None:
    with pytest.raises(TypeError):
        Response(body={"value": value}).text()
