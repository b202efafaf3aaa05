"""A run on new data, as a flow: often enough to notice soon, cheap where there is none."""

import os
from datetime import datetime

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner
from quartet_flows.notifying import forget_told, tell_failed
from quartet_flows.pipeline import run_stages

from quartet.params import load_params
from quartet.project import Project
from quartet.sources import local_file
from quartet.stages import mine_changed


@flow(
    name="quartet-new-data",
    flow_run_name=lambda: f"new data {datetime.now():%Y-%m-%d %H:%M:%S}",
    task_runner=ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1),
    on_failure=[tell_failed],
    on_crashed=[tell_failed],
    on_completion=[forget_told],
)
def run_new_data() -> list[str]:
    """Bring the datasets of files under data/mine up to date if any of those files changed since the last run."""
    project = Project()
    datasets = load_params(project.params).datasets
    names = [name for name, settings in datasets.items() if local_file(settings.source)]
    return run_stages.fn(names) if names and mine_changed(project) else []
