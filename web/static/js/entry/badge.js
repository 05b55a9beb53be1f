/** The number of unread notices in the head of every page: asked for now and then, while somebody looks. */
const EVERY_MS = 60_000;
const MOST = 99;
const badge = document.querySelector("[data-fresh]");
const word = document.querySelector("[data-fresh-word]");
let asking = false;

function show(fresh) {
  badge.textContent = fresh > MOST ? `${MOST}+` : String(fresh);
  badge.hidden = word.hidden = fresh === 0;
}

async function ask() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch(badge.dataset.fresh, { headers: { Accept: "application/json" } });
    if (answer.ok) show((await answer.json()).fresh);
  } catch {
    // The hub is gone for a moment: the number stands as it was.
  } finally {
    asking = false;
  }
}

if (badge) {
  ask();
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}
