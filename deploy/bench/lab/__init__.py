"""Weak lines on virtual time: the real forwarding core between a modelled publisher and modelled browsers.

Seeded and without I/O. What is modelled, and what is not, stands in `hub/relay/RELAY.md`, "The lab".
"""
