"""Reminders and escalation: what is to be said to whom (`rules`), when it may leave (`office`), the outbox it
stands in (`tables`), who reads it (`inbox`), and what goes out by mail (`post`).
"""
