import shutil

from quartet import closure as quartet_closure
from quartet.closure import closure, code_hash, file_hash
from quartet.family import family_names
from quartet.steps.plan import FAMILY_MODULES


def test_a_step_runs_the_modules_it_imports_at_any_depth():
    found = closure(["quartet.steps.ingest"])
    assert {"quartet.sources", "quartet.sources.wheels", "quartet.splits", "quartet.errors"} - found <= {
        "quartet.splits"
    }
    assert "quartet.steps.train" not in found


def test_no_step_depends_on_a_familys_code_by_importing_it():
    steps = ("ingest", "validate", "prepare", "train", "evaluate")
    families = [name for step in steps for name in closure([f"quartet.steps.{step}"]) if ".families." in name]
    assert families == []


def test_a_familys_part_reaches_no_other_family():
    parts = [(family, part) for family in family_names() for part in FAMILY_MODULES.values()]
    for family, part in parts:
        found = closure([f"quartet.families.{family}.{part}"])
        reached = {name.split(".")[2] for name in found if name.startswith("quartet.families.")}
        assert reached == {family}


def test_an_edit_of_an_imported_module_changes_the_hash_and_of_another_does_not(tmp_path, monkeypatch):
    shutil.copytree(quartet_closure.PACKAGE, tmp_path / "quartet")
    monkeypatch.setattr(quartet_closure, "PACKAGE", tmp_path / "quartet")

    def now() -> str:
        for cached in (quartet_closure._source, quartet_closure._imports):
            cached.cache_clear()
        return code_hash(["quartet.steps.ingest"])

    before = now()
    with (tmp_path / "quartet/steps/train.py").open("a") as other:
        other.write("# edited\n")
    assert now() == before
    with (tmp_path / "quartet/sources/archives.py").open("a") as reached:
        reached.write("# edited\n")
    assert now() != before


def test_a_folders_hash_knows_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    before = file_hash(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = file_hash(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({before, renamed, file_hash(tmp_path)}) == 3
