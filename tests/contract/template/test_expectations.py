"""Every resource and section of the template is as its table says; nothing is left unsaid."""

from typing import Any, Final

import pytest
from tests.contract.documents import TEMPLATE
from tests.contract.template.expectations import (
    HERE,
    Kind,
    Row,
    differences,
    proved_by,
    ref,
    sentence,
)
from tests.contract.template.kinds import alarms, api, data, functions, identity
from tests.contract.template.sections import SECTIONS, WHOLE

RESOURCES: Final = TEMPLATE["Resources"]
KINDS: Final = {
    kind.type: kind for module in (alarms, api, data, functions, identity) for kind in module.KINDS
}

each_resource = pytest.mark.parametrize("name", RESOURCES)
each_section = pytest.mark.parametrize("section", SECTIONS)


@each_resource
def test_a_resource_is_of_a_kind_that_has_a_table(name: str) -> None:
    assert RESOURCES[name]["Type"] in KINDS, f"{name}: write a Kind for it in {HERE}kinds"


@each_resource
def test_a_resource_is_as_expected(name: str) -> None:
    resource = RESOURCES[name]

    assert differences(resource, KINDS[resource["Type"]].table(name)) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_rows_of_a_kind_are_resources_with_a_reason(kind: Kind) -> None:
    assert {RESOURCES[name]["Type"] for name in kind.rows} <= {kind.type}
    assert all(row.why for row in kind.rows.values())


def test_each_kind_has_a_resource() -> None:
    assert {resource["Type"] for resource in RESOURCES.values()} == KINDS.keys()


@each_section
def test_a_section_is_as_expected(section: str) -> None:
    assert differences(TEMPLATE[section], SECTIONS[section]) == []


def test_the_template_has_no_other_section() -> None:
    assert differences(TEMPLATE, WHOLE) == []


class TestDifferences:
    """The comparison itself misses nothing."""

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

    def test_a_resource_as_its_row_says_has_none(self) -> None:
        assert self.of() == []

    def test_a_changed_value_is_one(self) -> None:
        assert self.of(Kept={"Days": 14}) == ["Properties.Kept.Days: 14, expected 1"]

    def test_a_value_of_another_type_is_one(self) -> None:
        assert self.of(Kept={"Days": True}) == ["Properties.Kept.Days: True, expected 1"]

    def test_a_missing_value_is_one(self) -> None:
        assert self.of(Kept={}) == ["Properties.Kept.Days: nothing, expected 1"]

    @pytest.mark.parametrize("value", [False, {}, [], None, {"Ref": "Other"}])
    def test_a_value_that_no_table_names_is_one(self, value: Any) -> None:
        assert len(self.of(More=value)) == 1

    def test_a_value_beside_one_that_is_expected_is_one(self) -> None:
        [found] = self.of(Kept={"Days": 1, "Nights": 2})
        assert found == "Properties.Kept.Nights: 2, which no table expects"

    def test_a_check_that_fails_is_one(self) -> None:
        [found] = self.of(Text="no sentence")
        assert found == f"Properties.Text: 'no sentence', expected {sentence!r}"

    def test_a_proof_must_name_a_test_that_is_there(self) -> None:
        with pytest.raises(LookupError, match=r"test_jobs\.py has no test_of_dreams"):
            proved_by("test_jobs.py::test_of_dreams")

    def test_what_is_proved_elsewhere_must_be_there(self) -> None:
        table = {
            "Properties.Name": proved_by("test_expectations.py::test_each_kind_has_a_resource")
        }

        assert differences({"Properties": {"Name": ref("X")}}, table) == []
        assert len(differences({}, table)) == 1
