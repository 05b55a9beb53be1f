"""What participants and the hub do in a session: one function per command, each inside one transaction."""
