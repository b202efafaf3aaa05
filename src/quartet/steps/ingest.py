"""ingest: a dataset's source → canonical tables with a `split` column."""

from quartet.artifacts import read_plan, save_tables
from quartet.family import Family
from quartet.project import Project, whole_folder, write_json
from quartet.reading.files import LeftOut
from quartet.rows import name_split
from quartet.sources import read
from quartet.sources.counts import check_counts


def ingest(project: Project, name: str) -> None:
    """Fetch, check and convert the source of the dataset `name`."""
    plan = read_plan(project, "ingest", name)
    family = Family(plan.family).tables
    tables = read(plan.settings, project, family)
    split = name_split(tables["items"], plan.settings, plan.seed)
    canonical = family.canonical(tables, plan.settings, plan.seed)
    if plan.expected:
        check_counts(name, canonical["items"], plan.expected)
    with whole_folder(project.raw(name)) as folder:
        save_tables({"left_out": LeftOut().table()} | canonical, folder)
        write_json(folder / "split.json", split)
