"""Every resource and section of the template equals its table, completely."""

from typing import Any, Final

import pytest
from tests.contract.documents import TEMPLATE
from tests.contract.template.expectations import (
    HERE,
    Kind,
    PartOf,
    Row,
    differences,
    proved_by,
    ref,
    sentence,
)
from tests.contract.template.kinds import alarms, api, data, frontends, functions, identity
from tests.contract.template.sections import SECTIONS, WHOLE

RESOURCES: Final = TEMPLATE["Resources"]
KINDS: Final = {
    kind.type: kind
    for module in (alarms, api, data, frontends, functions, identity)
    for kind in module.KINDS
}

each_resource = pytest.mark.parametrize("name", RESOURCES)
each_section = pytest.mark.parametrize("section", SECTIONS)


def assert_equal(name: str, found: list[str]) -> None:
    """Fail with the differences between a part of the template and its table."""
    assert not found, "\n  ".join([f"{name} is not as {HERE} expects:", *found])


@each_resource
def test_a_resource_of_the_template_is_of_a_kind_with_a_table(name: str) -> None:
    assert RESOURCES[name]["Type"] in KINDS, f"{name}: write a Kind for it in {HERE}kinds"


@each_resource
def test_a_resource_of_the_template_is_as_its_table(name: str) -> None:
    resource = RESOURCES[name]

    assert_equal(name, differences(resource, KINDS[resource["Type"]].table(name)))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_each_row_of_a_kind_is_a_resource_with_a_reason(kind: Kind) -> None:
    assert {RESOURCES[name]["Type"] for name in kind.rows} <= {kind.type}
    assert all(row.why for row in kind.rows.values())


def test_each_kind_with_a_table_has_a_resource() -> None:
    assert {resource["Type"] for resource in RESOURCES.values()} == KINDS.keys()


@each_section
def test_a_section_of_the_template_is_as_its_table(section: str) -> None:
    assert_equal(section, differences(TEMPLATE[section], SECTIONS[section]))


def test_the_template_has_no_other_section() -> None:
    assert_equal("template.yaml", differences(TEMPLATE, WHOLE))


class TestDifferences:
    """The comparison with a table finds every difference."""

    kind: Final = Kind(
        "AWS::SQS::Queue",
        "Queue",
        {"Properties.Name": "<name>", "Properties.Kept.Days": 14, "Properties.Text": sentence},
        {"LateQueue": Row("it is late", {"Properties.Kept.Days": 1})},
    )
    good: Final[dict[str, Any]] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"Name": "late", "Kept": {"Days": 1}, "Text": "A queue."},
    }

    def of(self, **changes: Any) -> list[str]:
        properties = {**self.good["Properties"], **changes}
        return differences({**self.good, "Properties": properties}, self.kind.table("LateQueue"))

    def test_a_resource_as_in_its_row_has_no_difference(self) -> None:
        assert self.of() == []

    def test_a_changed_value_is_a_difference(self) -> None:
        assert self.of(Kept={"Days": 14}) == ["Properties.Kept.Days: 14, expected 1"]

    def test_a_value_of_another_type_is_a_difference(self) -> None:
        assert self.of(Kept={"Days": True}) == ["Properties.Kept.Days: True, expected 1"]

    def test_a_missing_value_is_a_difference(self) -> None:
        assert self.of(Kept={}) == ["Properties.Kept.Days: nothing, expected 1"]

    @pytest.mark.parametrize("value", [False, {}, [], None, {"Ref": "Other"}])
    def test_a_value_that_no_table_names_is_a_difference(self, value: Any) -> None:
        assert len(self.of(More=value)) == 1

    def test_an_additional_value_is_a_difference(self) -> None:
        [found] = self.of(Kept={"Days": 1, "Nights": 2})
        assert found == "Properties.Kept.Nights: 2, which no table expects"

    def test_a_difference_within_a_value_has_the_path_to_it(self) -> None:
        table = {"Properties.Rules": [{"Limit": 1}, {"Limit": sentence}]}
        rules = [{"Limit": 1}, {"Limit": 2}]
        assert differences({"Properties": {"Rules": rules}}, table) == [
            f"Properties.Rules[1].Limit: 2, expected {sentence!r}"
        ]

    def test_an_item_more_or_less_is_a_difference(self) -> None:
        for items in ([], [1, 2]):
            assert differences({"Items": items}, {"Items": [1]}) == [
                f"Items: {items}, expected [1]"
            ]

    def test_a_part_of_a_table_has_values_of_the_table_only(self) -> None:
        table = {"Variables": PartOf({"A": 1, "B": 2})}
        assert differences({"Variables": {"A": 1}}, table) == []
        assert differences({"Variables": {"A": 2, "C": 3}}, table) == [
            "Variables.A: 2, expected 1",
            "Variables.C: 3, which no table expects",
        ]

    @pytest.mark.parametrize("actual", [{}, {"Variables": {}}])
    def test_a_part_of_a_table_is_never_empty(self, actual: dict[str, Any]) -> None:
        assert len(differences(actual, {"Variables": PartOf({"A": 1})})) == 1

    def test_a_failed_check_is_a_difference(self) -> None:
        [found] = self.of(Text="no sentence")
        assert found == f"Properties.Text: 'no sentence', expected {sentence!r}"

    def test_a_value_can_be_left_to_an_existing_test_only(self) -> None:
        with pytest.raises(LookupError, match=r"test_jobs\.py has no test_of_dreams"):
            proved_by("test_jobs.py::test_of_dreams")

    def test_a_value_that_is_left_to_a_test_must_exist(self) -> None:
        table = {
            "Properties.Name": proved_by(
                "test_expectations.py::test_each_kind_with_a_table_has_a_resource"
            )
        }

        assert differences({"Properties": {"Name": ref("X")}}, table) == []
        assert len(differences({}, table)) == 1
