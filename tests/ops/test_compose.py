"""docker-compose.yml, the Dockerfile and .env.example say nothing that the code does not hold to."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from command.checks import settings_example
from command.main import VERBS, atoll
from command.processes import PROCESSES
from command.serve import APPLICATIONS
from command.supervisor import THRIFT
from kernel.config import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "atoll"}
PORTS = {process.name: Settings(port=8000).port + process.offset for process in PROCESSES}


def test_every_process_but_those_that_pretend_has_its_container_and_its_command() -> None:
    real = [process for process in PROCESSES if process.name not in {"mailbox", "payments"}]
    commands = {process.name: list(process.arguments) for process in real}

    assert {name: service["command"] for name, service in OURS.items() if name != "migrate"} == commands
    assert OURS["migrate"]["command"] == ["migrate"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists_and_takes_these_arguments(name: str) -> None:
    verb, *arguments = OURS[name]["command"]

    command = atoll.get_command(click.Context(atoll), verb)

    assert verb in VERBS
    assert command is not None
    command.make_context(verb, list(arguments))


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    settings = {f"ATOLL_{field.upper()}" for field in Settings.model_fields}

    assert set(OURS[name]["environment"]) - settings == set()


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_every_process_is_told_in_compose_what_it_is_told_here(name: str) -> None:
    told = next(process.told for process in PROCESSES if process.name == name)

    assert {variable.removeprefix("ATOLL_") for variable in OURS[name]["environment"]} <= set(told)


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_every_health_check_asks_the_process_where_it_answers(name: str) -> None:
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", OURS[name]["healthcheck"]["test"][-1])

    assert asked is not None
    assert (int(asked[1]), asked[2]) == (PORTS[name], "/readyz")


@pytest.mark.parametrize("service", ["customers", "billing", "sites"])
def test_the_gateway_and_the_worker_call_each_service_where_it_answers(service: str) -> None:
    for caller in ("gateway", "worker"):
        url = SERVICES[caller]["environment"][f"ATOLL_{service.upper()}_URL"]
        assert url == f"http://{service}:{PORTS[service]}"


def test_the_gateway_is_published_on_its_port_and_no_other_process_is() -> None:
    assert SERVICES["gateway"]["ports"][0].endswith(f":{PORTS['gateway']}")
    assert [name for name in OURS if "ports" in OURS[name]] == ["gateway"]


def test_only_migrate_knows_the_owner_of_the_databases() -> None:
    knowing = [name for name, service in OURS.items() if "POSTGRES_PASSWORD" in str(service["environment"])]

    assert knowing == ["migrate"]


def test_private_keys_reach_their_own_process_alone() -> None:
    holders = {
        key: sorted(name for name, service in OURS.items() if key in service["environment"])
        for key in ("ATOLL_GATEWAY_KEY", "ATOLL_WORKER_KEY")
    }

    assert holders["ATOLL_GATEWAY_KEY"] == ["gateway"]
    assert holders["ATOLL_WORKER_KEY"] == ["bell", "worker"]


def test_no_secret_has_a_default() -> None:
    # Not every mail server wants a login.
    operators = re.findall(r"\$\{(?!ATOLL_SMTP)\w*(?:KEYS?|PASSWORD)(:?[-?]|\})", COMPOSE)

    assert "${ATOLL_SMTP_PASSWORD:-}" in COMPOSE
    assert set(operators) == {":?"}


def test_the_engines_are_the_promised_ones() -> None:
    assert SERVICES["postgres"]["image"].startswith("postgres:17")
    assert SERVICES["redis"]["image"].startswith("redis:7")
    assert SERVICES["redis"]["command"][1:] == ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
    assert SERVICES["mailpit"]["image"].startswith("axllent/mailpit:")


def test_the_server_listens_where_the_list_of_processes_says() -> None:
    offsets = {process.name: process.offset for process in PROCESSES if process.arguments[0] == "serve"}

    assert {name: application.offset for name, application in APPLICATIONS.items()} == offsets


def test_the_image_runs_as_nobody_in_particular_from_pinned_bases() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert re.findall(r"^USER (\w+)$", dockerfile, re.MULTILINE) == ["atoll"]
    assert all(
        re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base)
        for base in re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    )


def test_everything_that_the_image_copies_is_let_through() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
        for word in line.split()
    }

    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert {path.split("/")[0] for path in copied - {"."}} <= let_through
    assert all((ROOT / path).exists() for path in copied)


def test_the_example_of_the_environment_lists_the_settings_with_their_defaults() -> None:
    assert list(settings_example()) == []


def test_every_setting_reaches_a_process() -> None:
    told = {name for process in PROCESSES for name in process.told}

    # The demo's password is for the first start alone, which is told everything.
    assert {name.upper() for name in Settings.model_fields} - told == {"DEMO_PASSWORD"}


def test_the_image_gives_memory_back_as_the_processes_here_do() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "ENV " + " ".join(f"{name}={value}" for name, value in THRIFT.items()) in dockerfile
