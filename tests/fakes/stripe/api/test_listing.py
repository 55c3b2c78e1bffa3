"""Lists: newest first, in pages, narrowed."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import NOW, Caller, Clock, intent, paid, types_of

INTENTS = "/v1/payment_intents"


def test_a_list_begins_with_the_newest(stripe: Caller) -> None:
    made = [intent(stripe) for _ in range(3)]

    page = stripe.get(INTENTS)

    assert page["object"] == "list"
    assert page["url"] == INTENTS
    assert page["has_more"] is False
    assert [each["id"] for each in page["data"]] == made[::-1]


def test_a_page_has_ten_unless_told_otherwise(stripe: Caller) -> None:
    for _ in range(11):
        intent(stripe)

    page = stripe.get(INTENTS)

    assert len(page["data"]) == 10
    assert page["has_more"] is True
    assert len(stripe.get(INTENTS, limit=100)["data"]) == 11


def test_pages_follow_one_another_without_gaps(stripe: Caller) -> None:
    made = [intent(stripe) for _ in range(7)]

    seen: list[str] = []
    page = stripe.get(INTENTS, limit=3)
    while True:
        seen += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        intent(stripe)  # what is made meanwhile does not disturb
        page = stripe.get(INTENTS, limit=3, starting_after=seen[-1])

    assert seen == made[::-1]


def test_pages_go_back_too(stripe: Caller) -> None:
    made = [intent(stripe) for _ in range(6)]

    page = stripe.get(INTENTS, limit=2, ending_before=made[1])

    assert [each["id"] for each in page["data"]] == [made[3], made[2]]
    assert page["has_more"] is True
    last = stripe.get(INTENTS, limit=3, ending_before=made[2])
    assert [each["id"] for each in last["data"]] == [made[5], made[4], made[3]]
    assert last["has_more"] is False


def test_a_page_begins_somewhere_real(stripe: Caller) -> None:
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
def test_lists_are_narrowed_by_time(
    stripe: Caller, clock: Clock, bounds: dict[str, int], found: list[int]
) -> None:
    made = []
    for _ in range(3):
        made.append(intent(stripe))
        clock.advance(100)

    page = stripe.get(INTENTS, **bounds)

    assert [each["id"] for each in page["data"]] == [made[place] for place in found]


def test_a_clock_that_goes_back_hides_nothing(stripe: Caller, clock: Clock) -> None:
    first = intent(stripe)
    clock.advance(-100)
    intent(stripe)

    page = stripe.get(INTENTS, **{"created[gte]": NOW})

    assert [each["id"] for each in page["data"]] == [first]


def test_a_time_is_a_number(stripe: Caller) -> None:
    assert stripe.refused("GET", INTENTS, {"created[gte]": "now"})["param"] == "created[gte]"
    assert stripe.refused("GET", INTENTS, {"created": "now"})["param"] == "created"
    assert stripe.refused("GET", INTENTS, {"created[on]": 1})["code"] == "parameter_unknown"


@pytest.mark.parametrize("path", ["/v1/refunds", "/v1/charges", "/v1/disputes"])
def test_lists_are_narrowed_by_payment(fake: FakeStripe, stripe: Caller, path: str) -> None:
    mine, other = paid(fake), paid(fake)
    for identifier in (mine, other, mine):
        fake.refund(identifier, 100)
    fake.dispute(mine)

    page = stripe.get(path, payment_intent=mine)

    assert page["data"]
    assert {each["payment_intent"] for each in page["data"]} == {mine}
    error = stripe.refused("GET", path, {"payment_intent": "pi_nobody"})
    assert error["code"] == "resource_missing"


def test_narrowed_lists_have_pages_too(fake: FakeStripe, stripe: Caller) -> None:
    mine, other = paid(fake), paid(fake)
    made = []
    for _ in range(4):
        made.append(fake.refund(mine, 100)["id"])
        fake.refund(other, 100)

    first = stripe.get("/v1/refunds", payment_intent=mine, limit=3)
    rest = stripe.get(
        "/v1/refunds", payment_intent=mine, limit=3, starting_after=first["data"][-1]["id"]
    )
    back = stripe.get("/v1/refunds", payment_intent=mine, ending_before=made[1])

    assert [each["id"] for each in first["data"]] == made[:0:-1]
    assert first["has_more"] is True
    assert [each["id"] for each in rest["data"]] == made[:1]
    assert rest["has_more"] is False
    assert [each["id"] for each in back["data"]] == [made[3], made[2]]


def test_events_are_narrowed_by_type(fake: FakeStripe, stripe: Caller) -> None:
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
