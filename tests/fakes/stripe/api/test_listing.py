"""Lists are newest first, in pages, and can be filtered."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import NOW, Caller, Clock, intent, paid, types_of

INTENTS = "/v1/payment_intents"


def test_a_list_begins_with_the_newest(stripe: Caller) -> None:
    created = [intent(stripe) for _ in range(3)]

    page = stripe.get(INTENTS)

    assert page["object"] == "list"
    assert page["url"] == INTENTS
    assert page["has_more"] is False
    assert [each["id"] for each in page["data"]] == created[::-1]


def test_a_page_has_ten_objects_by_default(stripe: Caller) -> None:
    for _ in range(11):
        intent(stripe)

    page = stripe.get(INTENTS)

    assert len(page["data"]) == 10
    assert page["has_more"] is True
    assert len(stripe.get(INTENTS, limit=100)["data"]) == 11


def test_pages_of_a_list_have_no_gaps(stripe: Caller) -> None:
    created = [intent(stripe) for _ in range(7)]

    seen: list[str] = []
    page = stripe.get(INTENTS, limit=3)
    while True:
        seen += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        intent(stripe)  # an object created between two pages changes neither
        page = stripe.get(INTENTS, limit=3, starting_after=seen[-1])

    assert seen == created[::-1]


def test_a_list_pages_back_with_ending_before(stripe: Caller) -> None:
    created = [intent(stripe) for _ in range(6)]

    page = stripe.get(INTENTS, limit=2, ending_before=created[1])

    assert [each["id"] for each in page["data"]] == [created[3], created[2]]
    assert page["has_more"] is True
    last = stripe.get(INTENTS, limit=3, ending_before=created[2])
    assert [each["id"] for each in last["data"]] == [created[5], created[4], created[3]]
    assert last["has_more"] is False


def test_a_page_after_an_unknown_id_is_refused(stripe: Caller) -> None:
    error = stripe.refused("GET", INTENTS, {"starting_after": "pi_nobody"})

    assert error["code"] == "resource_missing"
    assert error["param"] == "starting_after"
    one = intent(stripe)
    stripe.refused("GET", INTENTS, {"starting_after": one, "ending_before": one})


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"created[gte]": NOW + 100}, [2, 1]),
        ({"created[gt]": NOW + 100}, [2]),
        ({"created[lte]": NOW + 100}, [1, 0]),
        ({"created[lt]": NOW + 100}, [0]),
        ({"created[gt]": NOW, "created[lt]": NOW + 200}, [1]),
        ({"created": NOW + 200}, [2]),
    ],
)
def test_a_list_is_filtered_by_creation_time(
    stripe: Caller, clock: Clock, bounds: dict[str, int], found: list[int]
) -> None:
    created = []
    for _ in range(3):
        created.append(intent(stripe))
        clock.advance(100)

    page = stripe.get(INTENTS, **bounds)

    assert [each["id"] for each in page["data"]] == [created[place] for place in found]


def test_a_list_is_complete_after_the_clock_goes_back(stripe: Caller, clock: Clock) -> None:
    first = intent(stripe)
    clock.advance(-100)
    intent(stripe)

    page = stripe.get(INTENTS, **{"created[gte]": NOW})

    assert [each["id"] for each in page["data"]] == [first]


def test_a_creation_time_that_is_not_a_number_is_refused(stripe: Caller) -> None:
    assert stripe.refused("GET", INTENTS, {"created[gte]": "now"})["param"] == "created[gte]"
    assert stripe.refused("GET", INTENTS, {"created": "now"})["param"] == "created"
    assert stripe.refused("GET", INTENTS, {"created[on]": 1})["code"] == "parameter_unknown"


@pytest.mark.parametrize("path", ["/v1/refunds", "/v1/charges", "/v1/disputes"])
def test_a_list_is_filtered_by_payment_intent(fake: FakeStripe, stripe: Caller, path: str) -> None:
    mine, other = paid(fake), paid(fake)
    for identifier in (mine, other, mine):
        fake.refund(identifier, 100)
    fake.dispute(mine)

    page = stripe.get(path, payment_intent=mine)

    assert page["data"]
    assert {each["payment_intent"] for each in page["data"]} == {mine}
    error = stripe.refused("GET", path, {"payment_intent": "pi_nobody"})
    assert error["code"] == "resource_missing"


def test_a_filtered_list_has_pages(fake: FakeStripe, stripe: Caller) -> None:
    mine, other = paid(fake), paid(fake)
    created = []
    for _ in range(4):
        created.append(fake.refund(mine, 100)["id"])
        fake.refund(other, 100)

    first = stripe.get("/v1/refunds", payment_intent=mine, limit=3)
    rest = stripe.get(
        "/v1/refunds", payment_intent=mine, limit=3, starting_after=first["data"][-1]["id"]
    )
    back = stripe.get("/v1/refunds", payment_intent=mine, ending_before=created[1])

    assert [each["id"] for each in first["data"]] == created[:0:-1]
    assert first["has_more"] is True
    assert [each["id"] for each in rest["data"]] == created[:1]
    assert rest["has_more"] is False
    assert [each["id"] for each in back["data"]] == [created[3], created[2]]


def test_events_are_filtered_by_type(fake: FakeStripe, stripe: Caller) -> None:
    fake.refund(paid(fake), 100)

    one = stripe.get("/v1/events", type="charge.refunded")["data"]
    some = stripe.get("/v1/events", **{"types[]": ["refund.created", "charge.succeeded"]})["data"]
    family = stripe.get("/v1/events", type="payment_intent.*")["data"]

    assert [each["type"] for each in one] == ["charge.refunded"]
    assert [each["type"] for each in some] == ["refund.created", "charge.succeeded"]
    assert {each["type"] for each in family} == {
        "payment_intent.created",
        "payment_intent.succeeded",
    }
    stripe.refused("GET", "/v1/events", {"type": "a.b", "types[]": "c.d"})


def test_events_are_kept_for_thirty_days(fake: FakeStripe, stripe: Caller, clock: Clock) -> None:
    paid(fake)
    (oldest, *_) = reversed(stripe.get("/v1/events")["data"])
    clock.advance(30 * 86_400 - 1)
    assert stripe.get(f"/v1/events/{oldest['id']}") == oldest

    clock.advance(1)

    assert stripe.get("/v1/events")["data"] == []
    stripe.refused("GET", f"/v1/events/{oldest['id']}", status=404)
    assert types_of(fake)
