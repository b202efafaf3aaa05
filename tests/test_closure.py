from quartet.closure import closure, code_hash, file_hash
from quartet.family import family_names
from quartet.steps.plan import step_code


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


def test_ingest_of_one_family_depends_on_its_own_reader_only():
    hashes = {family: step_code("ingest", family) for family in family_names()}
    assert len(set(hashes.values())) == len(hashes)


def test_only_the_names_reached_enter_the_hash():
    assert code_hash(["quartet.errors"]) != code_hash(["quartet.project"])


def test_a_folders_hash_knows_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    before = file_hash(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = file_hash(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({before, renamed, file_hash(tmp_path)}) == 3
