"""prepare: canonical tables → what training reads; everything fitted is fitted on the training split."""

from quartet.artifacts import load_tables, read_plan, save_arrays, save_encoder
from quartet.family import Family
from quartet.project import Project, whole_folder


def prepare(project: Project, name: str) -> None:
    """Fit the encoder of the dataset `name` and encode the items of each split; others stand in a graph only."""
    plan = read_plan(project, "prepare", name)
    family = Family(plan.family)
    tables = load_tables(project.raw(name))
    encoder = family.features.fit(tables, plan.settings)
    with whole_folder(project.prepared(name)) as folder:
        save_encoder(encoder, folder)
        for split, items in family.parts(tables, encoder).items():
            arrays = {"id": items["id"].to_numpy().astype(str), **family.features.encode(items, encoder)}
            save_arrays(folder / f"{split}.npz", arrays)
