"""The one way a wish is refused: a stable code, and the values its sentence needs."""


class Refusal(Exception):
    """Nothing was changed. `code` is one of signaling/PROTOCOL.md's errors; the sentence is in the locale
    catalogues.

    `params` are plain values for that sentence. They never hold anything the refused person may not see.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
