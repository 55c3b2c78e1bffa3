"""Responses, before the endpoint adds its headers."""

import pytest

from teppan.http.response import Response, versioned


def test_a_response_is_200_and_json_by_default() -> None:
    response = Response()

    assert (response.status, response.body, response.media_type) == (200, None, "application/json")


def test_a_versioned_response_has_a_strong_etag_and_its_own_headers() -> None:
    response = versioned({"version": 3}, 3, status=201, headers={"Location": "/api/v1/bookings/1"})

    assert response.status == 201
    assert response.headers == {"ETag": '"3"', "Location": "/api/v1/bookings/1"}


def test_a_body_is_written_as_json_without_ascii_escapes() -> None:
    assert Response(body={"name": "寿司"}).text() == '{"name": "寿司"}'


def test_a_response_without_a_body_has_an_empty_text() -> None:
    assert Response().text() == ""


@pytest.mark.parametrize("value", [object(), {"a", "set"}, 1j])
def test_a_body_that_is_not_json_raises_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        Response(body={"value": value}).text()
