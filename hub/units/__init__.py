"""The administrative tree with validity dates."""
