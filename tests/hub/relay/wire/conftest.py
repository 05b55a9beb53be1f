"""`fill.c`, built for the tests with every warning an error."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from hub.relay.wire import fill

SOURCE = Path(fill.__file__).with_name("fill.c")


@pytest.fixture(scope="session")
def fill_in_c(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder it is in."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    folder = tmp_path_factory.mktemp("fill")
    made = folder / f"_fill{sysconfig.get_config_var('EXT_SUFFIX')}"
    strict = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-O2", "-shared", "-fPIC"]
    subprocess.run([compiler, *strict, str(SOURCE), "-o", str(made)], check=True, timeout=60)
    return folder
