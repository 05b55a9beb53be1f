"""Publishers shared between the relays of one machine: who enters one is heard through all."""
