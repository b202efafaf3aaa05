import inspect
import socket
from types import SimpleNamespace

import pytest
from quartet_flows import notifying
from quartet_flows.notifying import forget_told, of_run, of_stages, post, tell_failed, webhook

from quartet.errors import ParamsError, StageFailed, UsageError
from quartet.params import load_params
from quartet.project import Project, write_json
from webhook import listening

PARAMS = """
datasets: {a: {family: tabular, source: "sklearn:iris", target: species}}
models: {a-base: {dataset: a, architecture: logistic_regression}}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS)
    return Project(tmp_path)


@pytest.fixture
def hook():
    with listening() as server:
        yield server


def notify_at(project: Project, value: str) -> None:
    project.params.write_text(f"{PARAMS}\nnotifications:\n  webhook: {value}\n")


def test_no_webhook_is_set_unless_params_say_so(project):
    assert webhook(project) is None


def test_the_address_may_stand_in_the_environment(project, monkeypatch):
    notify_at(project, "env:MY_HOOK")
    monkeypatch.setenv("MY_HOOK", "https://chat.example/secret")
    assert webhook(project) == "https://chat.example/secret"


@pytest.mark.parametrize("held", [None, "chat.example", "env:OTHER"])
def test_a_variable_that_holds_no_address_is_named_without_what_it_holds(project, monkeypatch, held):
    notify_at(project, "env:MY_HOOK")
    monkeypatch.setenv("MY_HOOK", held) if held else monkeypatch.delenv("MY_HOOK", raising=False)
    with pytest.raises(UsageError, match="the variable MY_HOOK") as caught:
        webhook(project)
    assert (held or "never") not in str(caught.value)


@pytest.mark.parametrize("wrong", ["chat.example/hook", "ftp://chat.example", "'env:'", "'${MY_HOOK}'", "7"])
def test_what_is_no_address_is_a_problem_of_params(project, wrong):
    notify_at(project, wrong)
    with pytest.raises(ParamsError, match=r"notifications\.webhook"):
        load_params(project.params)


def test_the_webhook_of_a_params_file_that_is_wrong_elsewhere_is_known(project):
    notify_at(project, "https://chat.example/hook")
    project.params.write_text(project.params.read_text() + "unknown: 1\n")
    assert webhook(project) == "https://chat.example/hook"


def test_what_is_posted_arrives_as_json(hook):
    assert post(hook.url, {"text": "ä"}) is None
    assert hook.got == [{"text": "ä"}]


def test_a_webhook_that_refuses_or_is_not_there_is_reported_without_its_address(hook):
    hook.status = 500
    troubles = [post(hook.url, {}), post("http://127.0.0.1:9/secret", {}), post("http://[::1/secret", {})]
    assert troubles[0] == "it answered 500"
    assert all(trouble and "secret" not in trouble for trouble in troubles)


def test_a_webhook_that_never_answers_is_left_after_a_while(monkeypatch):
    monkeypatch.setattr(notifying, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "Timeout" in str(post(f"http://127.0.0.1:{silent.getsockname()[1]}/", {}))


def test_failed_stages_are_told_with_their_datasets_and_last_lines(project):
    notice = of_stages(project, StageFailed({"train@a-base": "  no room left"}))
    assert (notice.event, notice.datasets, notice.stages) == ("failed", ["a"], ["train@a-base"])
    assert "  no room left" in notice.last_lines


def test_a_dataset_that_the_gate_stopped_is_told_as_refused(project):
    write_json(project.validation("a"), {"success": False, "results": []})
    assert of_stages(project, StageFailed({"validate@a": "  no value is missing"})).event == "refused"
    assert of_stages(project, StageFailed({"validate@a": "", "ingest@b": ""})).event == "failed"


def test_a_run_that_crashed_is_told_with_its_datasets():
    run = SimpleNamespace(id=1, name="a 6:00", parameters={"names": ["a"]})
    state = SimpleNamespace(is_failed=lambda: False, message="The process is gone.")
    assert of_run(run, state, None).text == "crashed: The process is gone."
    assert of_run(run, state, None).datasets == ["a"]


@pytest.mark.parametrize("hook", [tell_failed, forget_told])
def test_hooks_take_the_names_that_prefects_runner_gives_their_arguments(hook):
    assert list(inspect.signature(hook).parameters) == ["flow", "flow_run", "state"]
