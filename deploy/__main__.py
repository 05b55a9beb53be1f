"""`python -m deploy` is the `hub` command."""

from deploy.cli import main

if __name__ == "__main__":
    main()
