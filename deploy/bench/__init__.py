"""What this machine can do: `hub bench relay` and `hub bench live`."""
