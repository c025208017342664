import shutil
from collections.abc import Iterator

import pytest
from checkout import Checkout

from stages.paths import CHECKPOINTS


@pytest.fixture(scope="module")
def pipeline(reproduced: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return reproduced.copy(tmp_path_factory.mktemp("pipeline") / "checkout")


@pytest.fixture(scope="module")
def committed(reproduced: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a checkout that is not put back between tests, unlike `pipeline`."""
    return reproduced.copy(tmp_path_factory.mktemp("committed") / "checkout")


@pytest.fixture
def put_back(pipeline: Checkout) -> Iterator[None]:
    yield
    shutil.rmtree(pipeline.folder / CHECKPOINTS, ignore_errors=True)  # else the next training may resume it
    pipeline.run("git", "checkout", "--quiet", ".")
    pipeline.dvc("checkout", "--force")
