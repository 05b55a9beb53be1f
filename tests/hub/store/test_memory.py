"""What is particular to the bus in memory: it holds nothing once nobody listens."""

from hub.store.memory import MemoryBus


async def test_ten_thousand_topics_leave_nothing() -> None:
    bus = MemoryBus()
    for number in range(10_000):
        await bus.publish(f"session:{number}", 1)
        async with bus.subscribe(f"session:{number}"):
            pass
    assert bus.subscribers == 0
    assert not bus._mailboxes._by_topic
