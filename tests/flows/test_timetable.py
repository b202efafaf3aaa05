import pytest
from quartet_flows.timetable import Timetable, as_words, deployments

from quartet.errors import UsageError
from quartet.project import Project

ENTRY = "{name: nightly, entrypoint: quartet_flows.pipeline.run_stages, %s}"


def served(tmp_path, timetable: Timetable, entry: str | None = None):
    if entry is not None:
        (tmp_path / "prefect.yaml").write_text(f"deployments:\n  - {entry}\n")
    return deployments(Project(tmp_path), timetable)


def test_with_neither_options_nor_prefect_yaml_runs_are_started_by_hand(tmp_path):
    assert [as_words(each) for each in served(tmp_path, Timetable())] == ["by-hand (started by hand)"]


def test_options_make_one_deployment_with_a_schedule_for_each(tmp_path):
    (found,) = served(tmp_path, Timetable("0 6 * * *", 30, ("a", "b")))
    assert as_words(found).startswith("scheduled (0 6 * * *, ")
    assert as_words(found).endswith("; every 30 minutes)")
    assert found.parameters["names"] == ["a", "b"]


def test_prefect_yaml_is_served_beside_the_options(tmp_path):
    entry = ENTRY % "schedules: [{cron: 0 6 * * *, timezone: UTC}, {interval: 600}], work_pool: {name: quartet}"
    found = [as_words(each) for each in served(tmp_path, Timetable(every=5), entry)]
    assert found == ["scheduled (every 5 minutes)", "nightly (0 6 * * *, UTC; every 10 minutes)"]


def test_a_schedule_that_is_not_active_waits_to_be_switched_on(tmp_path):
    (found,) = served(tmp_path, Timetable(), ENTRY % "schedules: [{interval: 600, active: false}]")
    assert as_words(found) == "nightly (started by hand)"


@pytest.mark.parametrize(
    "entry",
    [
        "7",
        "{name: a}",
        ENTRY % "schedules: [{cron: every day}]",
        ENTRY % "schedules: [{often: 1}]",
        "{entrypoint: no.flow}",
    ],
)
def test_an_entry_that_prefect_cannot_read_is_refused(tmp_path, entry):
    with pytest.raises(UsageError, match=r"each deployment of .*prefect\.yaml"):
        served(tmp_path, Timetable(), entry)


def test_a_prefect_yaml_without_deployments_is_refused(tmp_path):
    (tmp_path / "prefect.yaml").write_text("name: mine\n")
    with pytest.raises(UsageError, match="a list of deployments"):
        deployments(Project(tmp_path), Timetable())
