/** Asks the hub about the day and unit of a form whenever they change, and shows what it says. */
const WAIT_MS = 250;

/** @param {HTMLFormElement} form @param {HTMLElement} place */
export function liveHints(form, place) {
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const { date, unit } = form.elements;
    const turn = ++asked;
    const query = new URLSearchParams({ date: date.value, unit: unit.value });
    try {
      const answer = await fetch(`/sessions/hints?${query}`);
      // A later question has overtaken this one, or the hub is away: what stands is left alone.
      if (turn === asked && answer.ok) place.innerHTML = await answer.text();
    } catch {
      /* The form says the same when it is sent. */
    }
  };
  form.addEventListener("change", (event) => {
    if (!["date", "unit"].includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}
