"""Files that commands write."""

import pytest

from tidings.cli.saving import UnwritableFile, saved


def test_it_leaves_the_old_file_when_writing_fails(tmp_path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("old")
    with pytest.raises(TypeError), saved(str(file)) as target:
        target.writelines([b"half", "not bytes"])
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_it_writes_with_the_rights_of_any_new_file(tmp_path) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.touch()
    with saved(str(ours)) as target:
        target.write(b"all")
    assert ours.read_bytes() == b"all"
    assert ours.stat().st_mode == plain.stat().st_mode


def test_it_tells_that_a_folder_is_missing(tmp_path) -> None:
    with pytest.raises(UnwritableFile, match="No such file"), saved(str(tmp_path / "none" / "a.csv")):
        pass
