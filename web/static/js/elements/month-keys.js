/** Arrow keys in a month: from day to day and from week to week. Tab goes through everything as ever. */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** @param {HTMLElement} grid */
export function monthKeys(grid) {
  const cells = [...grid.querySelectorAll("td")];
  grid.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const from = cells.indexOf(event.target.closest("td"));
    if (!step || from < 0) return;
    for (let at = from + step; at >= 0 && at < cells.length; at += step) {
      const goal = cells[at].querySelector("a");
      if (!goal) continue;
      event.preventDefault();
      goal.focus();
      return;
    }
  });
}
