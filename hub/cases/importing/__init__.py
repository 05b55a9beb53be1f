"""Registers kept in a spreadsheet, brought in as one batch: read, mapped, tried, written, undone."""
