import httpx
import pytest

from tests.kit.web import WebLab, until
from web.services import WebSettings

TOKEN = "a-token-for-monitoring"


async def answer(
    lab: WebLab, *, address: str = "127.0.0.1", token: str = "", query: str = ""
) -> httpx.Response:
    """As asked from that address."""
    transport = httpx.ASGITransport(lab.app, client=(address, 5000))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        return await http.get("/metrics" + query, headers=headers)


async def test_this_machine_reads_the_figures_of_every_relay(lab: WebLab) -> None:
    await until(lambda: lab.services.relay.up)
    figures = (await answer(lab)).text
    assert 'hub_relay_up{relay="0"} 1.0' in figures
    assert 'hub_relay_cpu_seconds_total{relay="0"}' in figures
    assert 'hub_relay_forward_delay_seconds_bucket{le="+Inf",relay="0"} 0.0' in figures
    assert "hub_peer" not in figures
    assert (await answer(lab, query="?peers=1")).status_code == 200


@pytest.mark.parametrize("address", ["10.1.2.3", "2001:db8::1", "nowhere"])
async def test_others_need_the_token_and_without_one_it_is_not_there(lab: WebLab, address: str) -> None:
    assert (await answer(lab, address=address)).status_code == 404
    assert (await answer(lab, address=address, token="")).status_code == 404
    lab.app.state.settings = WebSettings(metrics_token=TOKEN)
    assert (await answer(lab, address=address, token="another-token-of-that")).status_code == 404
    assert (await answer(lab, address=address, token=TOKEN)).status_code == 200


async def test_an_empty_token_opens_nothing(lab: WebLab) -> None:
    transport = httpx.ASGITransport(lab.app, client=("10.1.2.3", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        for header in ("Bearer ", "Bearer", ""):
            assert (await http.get("/metrics", headers={"Authorization": header})).status_code == 404
