"""The `hub` command, settings, supervisor, demo, benches, migrations: the only place that wires."""
