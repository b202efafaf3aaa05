"""A public set's files, as they are published, become tables; those here are small and made by the tests."""

import hashlib
import io
import tarfile
from types import SimpleNamespace

import pandas as pd
import pytest

from quartet.catalog import Entry, PublicFile, completed, load
from quartet.errors import SourceError
from quartet.family import Family
from quartet.project import Project
from quartet.sources import public
from quartet.sources.counts import check_counts


def kept(project: Project, name: str, contents: dict[str, bytes]) -> Entry:
    """An entry of the catalog whose files are these, kept as a download keeps them: no server is there to ask."""
    entry, files = load()[name], []
    for file in entry.files:
        digest = hashlib.sha256(contents[file.name]).hexdigest()
        path = project.downloads / digest / file.name
        path.parent.mkdir(parents=True)
        path.write_bytes(contents[file.name])
        files.append(file.model_copy(update={"sha256": digest, "installed": None}))
    return entry.model_copy(update={"files": files})


def read(project: Project, name: str, contents: dict[str, bytes]) -> dict[str, pd.DataFrame]:
    entry = kept(project, name, contents)
    family = Family(entry.family)
    settings = family.settings.Dataset.model_validate(completed({"source": f"catalog:{name}"}))
    return public.read(entry, settings, project, lambda files: family.tables.from_files(files, settings))


def tar(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def test_adult_is_cleaned_and_keeps_its_split(tmp_path):
    row = "39, {}, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, {}, {}\n"
    train = row.format("State-gov", "United-States", "<=50K") + row.format("?", "Cuba", ">50K") + "\n"
    test = "|1x3 Cross validator\n" + row.format("Private", "Cuba", "<=50K.") + "\n"
    items = read(Project(tmp_path), "adult", {"adult.data": train.encode(), "adult.test": test.encode()})["items"]
    columns = ["workclass", "native_country", "income", "split"]
    assert items[columns].to_numpy().tolist() == [
        ["State-gov", "United-States", "<=50K", "train"],
        ["?", "Cuba", ">50K", "train"],
        ["Private", "Cuba", "<=50K", "test"],
    ]


def test_twenty_newsgroups_without_endings_are_texts(tmp_path):
    archive = tar({f"20news-bydate-{split}/sci.med/1": b"caf\xe9" for split in ("train", "test")})
    items = read(Project(tmp_path), "twenty_newsgroups", {"20news-bydate.tar.gz": archive})["items"]
    assert items[["split", "label"]].to_numpy().tolist() == [["train", "sci.med"], ["test", "sci.med"]]


def test_california_housing_is_read_by_the_columns_the_catalog_names(tmp_path):
    members = {"cal_housing.data": b"-122.23,37.88,41,880,129,322,126,8.3252,452600\n", "cal_housing.domain": b"x"}
    archive = tar({f"CaliforniaHousing/{name}": data for name, data in members.items()})
    tables = read(Project(tmp_path), "california_housing", {"cal_housing.tgz": archive})
    assert tables["items"]["median_house_value"].tolist() == ["452600"]
    assert tables["left_out"]["id"].tolist() == ["CaliforniaHousing/cal_housing.domain"]


def test_a_packages_file_is_taken_where_it_lies_if_it_is_whole(tmp_path):
    path = tmp_path / "installed.gz"
    path.write_bytes(b"data")
    good = {"path": str(path), "sha256": hashlib.sha256(b"data").hexdigest(), "package": "p 1"}
    found = [public.installed(PublicFile(name="a", installed=at)) for at in (good, good | {"sha256": "0" * 64}, None)]
    assert found == [path, None, None]


def test_fashion_mnist_of_a_package_asks_no_server(tmp_path):
    entry, settings = load()["fashion_mnist"], SimpleNamespace(max_gigabytes=1.0)
    files = []
    for file in entry.files:
        path = tmp_path / file.name
        path.write_bytes(file.name.encode())
        at = {"path": str(path), "sha256": hashlib.sha256(file.name.encode()).hexdigest(), "package": "p 1"}
        files.append(PublicFile(name=file.name, installed=at))
    seen = []
    installed = entry.model_copy(update={"files": files})
    public.read(installed, settings, Project(tmp_path), lambda files: seen.extend(files) or {})
    assert {file.max_bytes for file in seen} == {10**9}
    assert [(file.name, file.read().decode()) for file in seen] == [(file.name, file.name) for file in entry.files]


ITEMS = pd.DataFrame({"split": ["train", "validation", "test"], "label": ["a", "b", "a"]})


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"items": 4, "splits": {}, "classes": {}}, "it has 3 items, not 4"),
        ({"items": 3, "splits": {"train": 3, "test": 1}, "classes": {}}, "train has 2, not 3"),
        ({"items": 3, "splits": {"validation": 2}, "classes": {}}, "validation has 1, not 2"),
        ({"items": 3, "splits": {}, "classes": {"a": 2, "b": 1, "c": 5}}, "c has 0, not 5"),
    ],
)
def test_a_set_that_lost_items_is_refused_by_split_and_class(expected, message):
    with pytest.raises(SourceError, match=message):
        check_counts("d", ITEMS, expected)


def test_a_carved_validation_part_counts_as_training():
    check_counts("d", ITEMS, {"items": 3, "splits": {"train": 2, "test": 1}, "classes": {"a": 2, "b": 1}})
