/** Hides the points that do not match while one types; tone marks aside, as the hub folds them. */

/** @param {string} text */
function fold(text) {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("\u0111", "d");
  return bare.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** @param {HTMLInputElement} input */
export function filterPoints(input) {
  const list = document.querySelector(input.dataset.filter);
  if (!list) return;
  input.addEventListener("input", () => {
    const words = fold(input.value);
    for (const band of list.querySelectorAll("[data-band]")) {
      const name = fold(band.querySelector("legend").textContent).join(" ");
      let any = false;
      for (const row of band.querySelectorAll("[data-folded]")) {
        const shown = words.every((word) => `${row.dataset.folded} ${name}`.includes(word));
        row.hidden = !shown;
        any ||= shown;
      }
      band.hidden = !any;
    }
  });
}
