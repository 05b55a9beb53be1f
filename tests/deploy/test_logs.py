import json
import subprocess
import sys

SPEAK = """
import logging, sys
from deploy.logs import set_up_logs
set_up_logs("web", style=sys.argv[1], level="info")
import structlog
structlog.get_logger("hub").info("point joined", point="01p")
structlog.get_logger("hub").debug("too small to matter")
logging.getLogger("uvicorn.error").warning("port %d", 8080)
try:
    secret = "must-not-appear"
    raise ValueError("broken")
except ValueError:
    structlog.get_logger("hub").exception("it failed")
"""


def spoken(style: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", SPEAK, style], capture_output=True, text=True, timeout=60, check=True
    )
    assert not ran.stdout
    return ran.stderr


def test_json_is_one_object_a_line_for_both_kinds_of_loggers() -> None:
    joined, port, failed = (json.loads(line) for line in spoken("json").splitlines())
    assert joined.pop("timestamp").endswith("Z")
    assert joined == {"process": "web", "event": "point joined", "point": "01p", "level": "info"}
    assert (port["event"], port["level"], port["process"]) == ("port 8080", "warning", "web")
    assert failed["exception"][0]["exc_type"] == "ValueError"


def test_human_lines_are_short_and_without_colour_in_a_file() -> None:
    first, second = spoken("human").splitlines()[:2]
    assert first.split()[1:] == ["[info", "]", "point", "joined", "point=01p", "process=web"]
    assert "\x1b" not in first + second
    assert second.split()[1:5] == ["[warning", "]", "port", "8080"]


def test_values_of_variables_stay_out_of_both() -> None:
    for style in ("json", "human"):
        text = spoken(style)
        assert "ValueError" in text
        # In the traceback's own source line it may stand; as a variable's value it may not.
        assert "must-not-appear" not in text
