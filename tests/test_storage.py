import errno
import os
import sqlite3
from pathlib import Path

import pytest

from commands import command
from quartet.errors import StorageError
from quartet.project import write_text
from quartet.storage import storage_error, told_of

FULL, CLOSED = "there is room for what is written", "the project's files can be read and written"


def error_of(number: int) -> OSError:
    return OSError(number, os.strerror(number), "models/x")


@pytest.mark.parametrize(
    ("number", "must"), [(errno.ENOSPC, FULL), (errno.EDQUOT, FULL), (errno.EROFS, CLOSED), (errno.EACCES, CLOSED)]
)
def test_what_the_system_refuses_is_told_with_the_file_and_a_way_out(number, must):
    told = storage_error(error_of(number))
    assert isinstance(told, StorageError)
    assert told.must == must
    assert "models/x" in told.came
    assert "run again" in told.mend


def test_the_reason_is_found_behind_a_librarys_own_error():
    wrapped = RuntimeError("could not save")
    wrapped.__cause__ = error_of(errno.ENOSPC)
    assert storage_error(wrapped).must == FULL


def test_a_writer_in_another_language_is_understood_too():
    told = storage_error(RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"))
    assert told.must == FULL


def test_a_database_that_may_only_be_read_is_understood(tmp_path):
    sqlite3.connect(tmp_path / "a.db").executescript("create table t (a); ")
    connection = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("insert into t values (1)")
    connection.close()
    assert storage_error(caught.value).must == CLOSED


def test_of_what_a_process_printed_the_telling_line_is_shown():
    log = "Running stage 'x'\nERROR: unexpected error - [Errno 28] No space left on device: 'a'\nmore"
    assert told_of(log).came == "ERROR: unexpected error - [Errno 28] No space left on device: 'a'"


def test_any_other_error_stays_what_it_is():
    assert storage_error(ValueError("a bug")) is None


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    write_text(file, "before")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(error_of(errno.ENOSPC)))
    with pytest.raises(OSError, match="No space"):
        write_text(file, "after")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="this system has no /sys, where nothing can be made")
def test_the_command_line_says_it_without_a_traceback(tmp_path):
    result = command(tmp_path, "quartet", "init", "/sys/project")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert CLOSED in result.stderr
