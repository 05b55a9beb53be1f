/** What a check asks of the hub. Failures are `HubRefused` with the hub's code, or `lost` when it cannot be reached. */

export class HubRefused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** @returns {Promise<any>} the answer's JSON, undefined without a body */
export async function ask(method, path, body) {
  let response;
  try {
    const headers = { accept: "application/json", ...(body ? { "content-type": "application/json" } : {}) };
    response = await fetch(`/api/room/check${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new HubRefused("lost");
  }
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new HubRefused(answer.code ?? "lost");
  return answer;
}

/** Ask again while the hub has no room, with growing, jittered waits; give up after `ms`. `waits` is told each time. */
export async function insist(method, path, body, ms, waits = () => {}) {
  const end = performance.now() + ms;
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask(method, path, body);
    } catch (error) {
      const again = ["check_busy", "check_too_soon", "media_unavailable", "media_full", "busy", "lost"].includes(error.code);
      const wait = Math.min(6_000, 800 * 1.5 ** tries) * (0.75 + Math.random() / 2);
      if (!again || performance.now() + wait > end) throw error;
      waits(error.code);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
