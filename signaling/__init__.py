"""The conversation with one participant of a session. PROTOCOL.md is the contract, tested against this
code.
"""
