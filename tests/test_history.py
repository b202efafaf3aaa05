"""registry/<dataset>.jsonl: what its lines mean, and that nothing of them is lost."""

import pytest

from quartet import history
from quartet.errors import RegistryError
from quartet.history import Decision, Registration
from quartet.project import Project


def decision(verdict: str, fingerprint: str, champion: str | None = None) -> Decision:
    return Decision(verdict, f"model-{fingerprint}", fingerprint, champion, ["why"], "accuracy", {}, "", "none")


def registration(fingerprint: str) -> Registration:
    stages = {"ingest@tiny": {"deps": {}, "outs": {"data/tiny/raw": "a" * 32}}}
    return Registration("net", fingerprint, {"seed": 3}, stages, {}, "none", None, {})


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


def test_lines_are_read_as_they_were_written_in_their_order(project):
    written = [registration("x-3"), decision("promoted", "x-3"), registration("y-4"), decision("refused", "y-4")]
    for line in written:
        history.append(project, "tiny", line)
    assert history.lines(project, "tiny") == written
    assert history.registrations(project, "tiny") == [written[0], written[2]]
    assert history.decisions(project, "tiny") == [written[1], written[3]]


def test_a_last_line_without_its_end_stays_a_line_of_its_own(project):
    history.append(project, "tiny", decision("promoted", "a"))
    file = project.registry("tiny")
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")  # as some editors leave it
    history.append(project, "tiny", decision("refused", "b"))
    assert [line.fingerprint for line in history.decisions(project, "tiny")] == ["a", "b"]


def test_a_line_that_is_none_is_refused_with_the_way_back(project):
    project.registry("tiny").parent.mkdir()
    project.registry("tiny").write_text('{"verdict": "promo\n', encoding="utf-8")
    with pytest.raises(RegistryError, match="git checkout"):
        history.lines(project, "tiny")


def test_an_append_that_fails_leaves_the_file_as_it_was(project, monkeypatch):
    history.append(project, "tiny", decision("promoted", "a"))
    before = project.registry("tiny").read_bytes()
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        history.append(project, "tiny", decision("refused", "b"))
    assert project.registry("tiny").read_bytes() == before


def test_what_serves_is_the_last_promotion_or_rollback():
    made = [decision("promoted", "a"), decision("promoted", "b", "a"), decision("refused", "c", "b")]
    assert history.champion_of(made) == made[1]
    made.append(decision("rolled back", "a", "b"))
    assert history.champion_of(made) == made[3]
    assert history.champion_of([decision("refused", "a")]) is None


def test_a_version_that_was_left_is_withdrawn_until_it_serves_again():
    left = decision("rolled back", "a", "b")
    made = [decision("promoted", "a"), decision("promoted", "b", "a"), left]
    assert history.withdrawn(made) == {"b": left}
    assert set(history.withdrawn([*made, decision("rolled back", "b", "a")])) == {"a"}


def test_the_seed_is_the_end_of_a_fingerprint():
    assert registration("0123abcd-17").seed == 17
