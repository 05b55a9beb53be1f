"""What a command answers when it cannot do what it was asked."""


class CommandError(Exception):
    """The message is one sentence for the person at the terminal: what is wrong, and what to do."""
