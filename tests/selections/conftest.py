import pytest

from tests.selections.catalogues import make_catalogue
from tidings.selections.rules.catalogue import Catalogue


@pytest.fixture
def catalogue() -> Catalogue:
    """One criterion of each kind, without a database."""
    return make_catalogue()
