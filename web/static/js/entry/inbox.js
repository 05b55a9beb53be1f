/** Keys in the inbox: j and k go down and up, Enter opens, r marks read or unread. */
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const rows = [...document.querySelectorAll("[data-notice]")];

function here() {
  return rows.indexOf(document.activeElement?.closest("[data-notice]"));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const step = STEPS[event.key];
  const at = here();
  if (step && (at >= 0 || event.key.length === 1)) {
    event.preventDefault();
    const goal = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[goal]?.querySelector("a").focus();
  } else if (event.key === "r" && at >= 0) {
    event.preventDefault();
    rows[at].querySelector("form").requestSubmit();
  }
});
