"""What is kept by its weight."""

from tidings.kernel.kept import Kept


def keeping(most: int) -> tuple[Kept[str, bytes], list[str]]:
    made: list[str] = []

    def make(key: str) -> bytes:
        made.append(key)
        return key.encode()

    return Kept(make, weight=len, most=most), made


def asked(most: int, *keys: str) -> list[str]:
    kept, made = keeping(most)
    for key in keys:
        assert kept(key) == key.encode()
    return made


def test_it_makes_a_value_once():
    assert asked(10, "a", "b", "a", "b") == ["a", "b"]


def test_it_drops_what_was_not_asked_for_the_longest_when_it_gets_too_heavy():
    assert asked(4, "aa", "bb", "aa", "cc", "aa", "bb") == ["aa", "bb", "cc", "bb"]


def test_one_heavy_value_pushes_several_light_ones_out():
    assert asked(4, "a", "b", "cccc", "a", "b") == ["a", "b", "cccc", "a", "b"]


def test_it_keeps_nothing_that_is_too_heavy_alone():
    assert asked(2, "aaa", "aaa") == ["aaa", "aaa"]
