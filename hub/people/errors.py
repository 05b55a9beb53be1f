"""What the people part refuses.

PeopleError
├── SignInRefused      wrong login or password, or too many tries: `wait_seconds` says for how long
├── AccountRefused     an account cannot be made or changed so
└── TokenRefused
    ├── TokenExpired   it was good once
    └── TokenForged    not made by this hub, or changed since
"""


class PeopleError(Exception):
    """Base of this part's refusals. `code` is stable; its sentence is in the locale catalogues."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class SignInRefused(PeopleError):
    """Code `sign_in_wrong` or `sign_in_wait`. Says the same about logins that do not exist."""

    def __init__(self, code: str, wait_seconds: int = 0) -> None:
        super().__init__(code, wait_seconds=wait_seconds)
        self.wait_seconds = wait_seconds


class AccountRefused(PeopleError):
    """Code `login_taken`, `login_bad`, `name_bad`, `password_short`, `password_long`, `account_unknown`,
    `role_not_held`, `email_bad`, `unit_unknown`."""


class TokenRefused(PeopleError):
    """A token cannot be used."""


class TokenExpired(TokenRefused):
    """Code `token_expired`."""

    def __init__(self) -> None:
        super().__init__("token_expired")


class TokenForged(TokenRefused):
    """Code `token_forged`."""

    def __init__(self) -> None:
        super().__init__("token_forged")
