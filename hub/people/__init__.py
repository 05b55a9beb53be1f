"""Accounts, roles, sign-in, tokens, the audit trail."""
