"""Fixtures every test may ask for."""

pytest_plugins = ("tests.kit.clock", "tests.kit.databases", "tests.kit.factories", "tests.kit.receptions")
