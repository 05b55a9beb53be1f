"""The commands that look after records: units, accounts, rooms, reminders, the vault, files, the database."""
# ruff: noqa: PLC0415 - each command loads what it needs and no more

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.command_line import guarded, guarded_now, settings_of_data

units_app = typer.Typer(help="The administrative tree.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
people_app = typer.Typer(help="Accounts.", no_args_is_help=True)
room_app = typer.Typer(help="Rooms of connection points.", no_args_is_help=True)
notices_app = typer.Typer(help="Reminders and escalation.", no_args_is_help=True)
vault_app = typer.Typer(help="The keys of the denouncer vault.", no_args_is_help=True)
files_app = typer.Typer(help="Files of documents and templates.", no_args_is_help=True)

GROUPS: Final = {
    "units": units_app,
    "db": db_app,
    "people": people_app,
    "room": room_app,
    "notices": notices_app,
    "vault": vault_app,
    "files": files_app,
}
"""By the name under which the command line knows them."""


@units_app.command("import")
def units_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    write: Annotated[bool, typer.Option("--write", help="Import, and not only check.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="The list is the whole province: units it lacks end.")
    ] = False,
) -> None:
    """Check an official list (CSV: code, name, level, parent_code, valid_from); --write imports it."""
    from deploy.unit_list import import_list, read_list, report_lines

    content = guarded_now(lambda: read_list(file))
    work = import_list(settings_of_data(), content, write=write, skip_bad=skip_bad, complete=complete)
    report = guarded(work)
    for line in report_lines(report, wanted=write):
        typer.echo(line)
    raise typer.Exit(0 if report.written or not (report.problems or write) else 1)


@units_app.command("successions")
def units_successions(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    write: Annotated[bool, typer.Option("--write", help="Import, and not only check.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out.")] = False,
) -> None:
    """Check a list of who carries on whom (CSV: code, successor_code, on, main); --write imports it."""
    from deploy.unit_list import import_successions, read_list, succession_lines

    content = guarded_now(lambda: read_list(file))
    plan = guarded(import_successions(settings_of_data(), content, write=write, skip_bad=skip_bad))
    for line in succession_lines(plan, wanted=write):
        typer.echo(line)
    raise typer.Exit(0 if plan.written or not (plan.problems or write) else 1)


@units_app.command("move-cases")
def units_move_cases(
    write: Annotated[bool, typer.Option("--write", help="Move, and not only look.")] = False,
    accounts: Annotated[bool, typer.Option("--accounts", help="Roles go along with the cases.")] = False,
) -> None:
    """Show where the open cases of units that are no more would go; --write moves them."""
    from deploy.unit_change import move_cases, preview_lines

    preview, done = guarded(move_cases(settings_of_data(), write=write, accounts=accounts))
    for line in preview_lines(preview, done):
        typer.echo(line)
    raise typer.Exit(1 if preview.stuck else 0)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version of the hub. `hub serve` does it too, when it starts."""
    from deploy.migrations import upgrade

    settings = settings_of_data()
    guarded(upgrade(settings.database))
    typer.echo("The database is up to date.")


@people_app.command("add")
def people_add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    name: Annotated[str, typer.Option(help="As it stands in the timeline.")],
    role: Annotated[list[str], typer.Option(help="chair, clerk, reception, … (repeatable).")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if absent.")
    ],
    unit: Annotated[str | None, typer.Option(help="Unit code; without it, the whole hub.")] = None,
) -> None:
    """Make an account."""
    from deploy.people import add_account

    guarded(add_account(settings_of_data(), login, name, password, roles=role, unit=unit))
    typer.echo(f"{login.strip().lower()} may sign in.")


@people_app.command("email")
def people_email(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    address: Annotated[str, typer.Argument(help="Where reminders go too; empty: nowhere.")] = "",
) -> None:
    """Set or take away the address to which a person's reminders go besides the inbox."""
    from deploy.people import set_address

    typer.echo(guarded(set_address(settings_of_data(), login, address)))


Login = Annotated[str, typer.Argument(help="What the person types to sign in.")]
OfUnit = Annotated[str | None, typer.Option(help="Unit code; without it, the whole hub.")]


@people_app.command("list")
def people_list() -> None:
    """All accounts: login, name, whether it is shut, and its roles."""
    from deploy.people import list_accounts

    for line in guarded(list_accounts(settings_of_data())):
        typer.echo(line)


@people_app.command("password")
def people_password(
    login: Login,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if absent.")
    ],
) -> None:
    """Give an account another password. Whoever is signed in with it is signed out."""
    from deploy.people import set_password

    typer.echo(guarded(set_password(settings_of_data(), login, password)))


@people_app.command("shut")
def people_shut(login: Login) -> None:
    """Close an account for good. It stays in the records; whoever is signed in with it is signed out."""
    from deploy.people import shut_account

    typer.echo(guarded(shut_account(settings_of_data(), login)))


@people_app.command("grant")
def people_grant(
    login: Login,
    role: Annotated[str, typer.Option(help="chair, clerk, reception, …")],
    unit: OfUnit = None,
) -> None:
    """Give an account one more role."""
    from deploy.people import grant_role

    typer.echo(guarded(grant_role(settings_of_data(), login, role, unit)))


@people_app.command("revoke")
def people_revoke(
    login: Login,
    role: Annotated[str, typer.Option(help="chair, clerk, reception, …")],
    unit: OfUnit = None,
) -> None:
    """Take a role away. Whoever is signed in with the account is signed out and may sign in anew."""
    from deploy.people import revoke_role

    typer.echo(guarded(revoke_role(settings_of_data(), login, role, unit)))


@units_app.command("email")
def units_email(
    code: Annotated[str, typer.Argument(help="The unit's code.")],
    address: Annotated[str, typer.Argument(help="The office's mailbox; empty: none.")] = "",
) -> None:
    """Set or take away the mailbox of a unit's office, for units where no person is named."""
    from deploy.people import set_office_address

    typer.echo(guarded(set_office_address(settings_of_data(), code, address)))


@notices_app.command("run")
def notices_run(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be said, and say nothing.")
    ] = False,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As on another day; with --dry-run.")
    ] = None,
) -> None:
    """Look through what is due and say what is to be said, now. `hub serve` does it by itself."""
    from deploy.reminders import run_notices

    work = run_notices(settings_of_data(), dry=dry_run, on=on.date() if on else None)
    for line in guarded(work):
        typer.echo(line)


@room_app.command("link")
def room_link(unit: Annotated[str, typer.Argument(help="Code of the unit whose room it is.")]) -> None:
    """Make a link that turns the device that opens it into the unit's room."""
    from deploy.rooms import make_link

    typer.echo(guarded(make_link(settings_of_data(), unit)))


@room_app.command("revoke")
def room_revoke(link: Annotated[str, typer.Argument(help="The link, or its code.")]) -> None:
    """Void a link that was lost, and send out every device that it let in."""
    from deploy.rooms import revoke_link

    guarded(revoke_link(settings_of_data(), link))
    typer.echo("The link is void, and so are the screens it let in.")


@vault_app.command("status")
def vault_status() -> None:
    """Which keys there are, and whether every sealed record opens."""
    from deploy.vault import status

    typer.echo(guarded(status(settings_of_data())))


@vault_app.command("rotate")
def vault_rotate(
    resume: Annotated[
        bool, typer.Option("--resume", help="Make no new key; finish one that was broken off.")
    ] = False,
) -> None:
    """Make a new key and seal everything under it. The hub may run meanwhile."""
    from deploy.vault import rotate

    typer.echo(guarded(rotate(settings_of_data(), resume=resume)))


@vault_app.command("drop-old")
def vault_drop_old() -> None:
    """Delete the keys before the latest, once every record opens without them."""
    from deploy.vault import drop_old

    typer.echo(guarded(drop_old(settings_of_data())))


@vault_app.command("give-up")
def vault_give_up(
    name: Annotated[str, typer.Argument(help="Which key: vault, reply or lookup.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make a new key for one that is lost for good. What needed the old one stays shut for ever."""
    from deploy.keys import give_up

    if not yes:
        typer.confirm(
            "Is there no copy left anywhere? Records under the old key never open again", abort=True
        )
    typer.echo(guarded_now(lambda: give_up(settings_of_data(), name)))


@files_app.command("sweep")
def files_sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; change nothing.")] = False,
) -> None:
    """Remove files that no record names and that are older than a day. The hub does so by itself, too."""
    from deploy.files import sweep

    typer.echo(guarded(sweep(settings_of_data(), dry=dry_run)))
