"""The process that starts runs when it is time: `python -m quartet_flows.schedule OPTIONS` in the project's folder.

The options are a Timetable's fields as JSON.
"""

import json
import sys

from prefect import serve
from quartet_flows.leftovers import clear_leftovers, watch_heartbeats
from quartet_flows.timetable import Timetable, deployments

from quartet.project import Project
from quartet.tracking import sweep_live_runs


def serve_schedule(timetable: Timetable) -> None:
    """Run the deployments at their times until SIGTERM, one run after the other."""
    project = Project()
    served = deployments(project, timetable)
    clear_leftovers(project)
    sweep_live_runs(project)
    watch_heartbeats()
    serve(*served, limit=1, pause_on_shutdown=False)


if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    serve_schedule(Timetable(**options | {"names": tuple(options["names"])}))
