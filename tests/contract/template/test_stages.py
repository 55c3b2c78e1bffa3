"""samconfig.toml: the settings of `sam` on each stage, and the differences of the stages."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from local.commands.build_for_aws import PARAMETERS_FILE, write_parameters
from local.paths import BUILT
from tests.builders import ROOT
from tests.contract.documents import TEMPLATE

CONFIG: Final = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))

STAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "default": {
        "Stage": "dev",
        "LogLevel": "DEBUG",
        "LogRetentionDays": "14",
        "AllowedOrigins": "https://dev.teppan.example",
        "FirewallEnabled": "false",
        "AlarmEmail": "alarms@teppan.example",
    },
    "staging": {
        "Stage": "staging",
        "LogLevel": "INFO",
        "LogRetentionDays": "30",
        "AllowedOrigins": "https://book.staging.teppan.example,https://admin.staging.teppan.example",
        "AlarmEmail": "alarms@teppan.example",
    },
    "prod": {
        "Stage": "prod",
        "LogLevel": "INFO",
        "LogRetentionDays": "365",
        "DocsEnabled": "false",
        "AlarmEmail": "alarms@teppan.example",
    },
}
"""The parameters of the template on each stage, by the section of samconfig.toml."""

OF_BUILD: Final = f"file://{(BUILT / PARAMETERS_FILE).relative_to(ROOT)}"
"""The file with the parameters of a build, which `make build` writes."""

NOT_CHOSEN: Final = {
    *("Stage", "Architecture", "ServiceVersion"),
    *("LocalOrigins", "AwsEndpointUrl", "StripeApiBase"),
}
"""The parameters that nobody chooses for a stage: its name, those of a build and of `local`."""

each_stage = pytest.mark.parametrize("section", STAGES)


def parameters(section: str) -> dict[str, str]:
    overrides = CONFIG[section]["deploy"]["parameters"]["parameter_overrides"]
    return dict(each.split("=", 1) for each in overrides if each != OF_BUILD)


def test_samconfig_has_a_section_for_each_stage_on_aws() -> None:
    assert CONFIG.keys() - {"version"} == STAGES.keys()
    assert CONFIG["version"] == 0.1
    stages = {table["Stage"] for table in STAGES.values()}
    assert stages == {*TEMPLATE["Parameters"]["Stage"]["AllowedValues"]} - {"local"}


@each_stage
def test_a_stage_has_its_parameters(section: str) -> None:
    assert parameters(section) == STAGES[section]


@each_stage
def test_a_stage_has_the_parameters_of_the_build(section: str, tmp_path: Path) -> None:
    write_parameters(tmp_path, "x86_64")

    assert OF_BUILD in CONFIG[section]["deploy"]["parameters"]["parameter_overrides"]
    built = tomllib.loads((tmp_path / PARAMETERS_FILE).read_text(encoding="utf-8"))
    assert built.keys() == {"Architecture", "ServiceVersion"}
    assert built["Architecture"] == "x86_64"
    allowed = TEMPLATE["Parameters"]["ServiceVersion"]["AllowedPattern"]
    assert re.fullmatch(allowed, built["ServiceVersion"])


def test_the_guide_to_going_live_names_each_parameter_that_an_operator_chooses() -> None:
    guide = (ROOT / "docs/payments.md").read_text(encoding="utf-8")
    step = guide.partition("2. **Parameters.**")[2].partition("3. **Deploy**")[0]
    rows = "".join(line.split("|")[1] for line in step.splitlines() if line.startswith("   | `"))
    assert {*re.findall(r"`(\w+)`", rows)} == TEMPLATE["Parameters"].keys() - NOT_CHOSEN


def test_no_parameter_of_the_template_is_secret() -> None:
    assert not [name for name, each in TEMPLATE["Parameters"].items() if "NoEcho" in each]


@pytest.mark.parametrize(
    ("name", "text", "is_allowed"),
    [
        ("CacheUrlSecret", "teppan-prod/cache", True),
        (
            "CacheUrlSecret",
            "arn:aws:secretsmanager:us-west-2:123456789012:secret:cache-a1B2c3",
            True,
        ),
        ("CacheUrlSecret", "valkeys://user:password@cache.internal:6379", False),
        ("CacheUrlSecret", "cache}}{{resolve:secretsmanager:another", False),
        ("CacheSubnetIds", "subnet-0a1b,subnet-2c3d", True),
        ("CacheSubnetIds", "subnet-0a1b, subnet-2c3d", False),
        ("CacheSecurityGroupIds", "sg-0a1b", True),
        ("CacheSecurityGroupIds", "subnet-0a1b", False),
        ("SentryOrigin", "https://sentry.example:9000", True),
        ("SentryOrigin", "https://sentry.example/1", False),
    ],
)
def test_the_template_takes_a_value_of_the_right_form(
    name: str, text: str, is_allowed: bool
) -> None:
    pattern = TEMPLATE["Parameters"][name]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, text)) == is_allowed


@each_stage
def test_a_stage_is_deployed_as_the_others_are(section: str) -> None:
    settings: dict[str, Any] = {
        command: dict(each["parameters"]) for command, each in CONFIG[section].items()
    }
    del settings["deploy"]["parameter_overrides"]

    assert settings == {
        "global": {"region": "us-west-2"},
        "build": {"cached": True, "parallel": True},
        "validate": {"lint": True},
        "deploy": {
            "stack_name": f"teppan-{STAGES[section]['Stage']}",
            "resolve_s3": True,
            "capabilities": "CAPABILITY_IAM",
            "fail_on_empty_changeset": False,
        },
    }


@each_stage
def test_parameters_of_a_stage_are_ones_that_the_template_allows(section: str) -> None:
    for name, text in parameters(section).items():
        declared = TEMPLATE["Parameters"][name]
        allowed = declared.get("AllowedValues", [text])
        assert text in {str(each) for each in allowed}
        assert re.fullmatch(declared.get("AllowedPattern", ".*"), text)


@pytest.mark.parametrize("section", ["default", "staging"])
def test_pages_of_a_stage_come_by_https_from_our_own_domain(section: str) -> None:
    for origin in parameters(section)["AllowedOrigins"].split(","):
        assert re.fullmatch(r"https://[a-z.]+\.teppan\.example", origin)


def test_no_page_may_call_prod_until_its_owner_names_it() -> None:
    assert "AllowedOrigins" not in parameters("prod")
    assert TEMPLATE["Parameters"]["AllowedOrigins"]["Default"] == ""


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3000",
        "http://book.teppan.example",
        "https://book.teppan.example/",
        "*",
        "https://*.teppan.example",
        "https://a.example, https://b.example",
    ],
)
def test_the_template_refuses_what_is_no_exact_https_origin(origin: str) -> None:
    pattern = TEMPLATE["Parameters"]["AllowedOrigins"]["AllowedPattern"]
    assert not re.fullmatch(pattern, origin)
