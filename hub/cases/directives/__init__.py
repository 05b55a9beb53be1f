"""Directives: what a chair told units to do, from the conclusion of a hearing to the citizen's answer."""
