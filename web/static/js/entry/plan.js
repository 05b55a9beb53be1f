/** Pages of planning: all of them work without this; with it, hints and filters come by themselves. */
import { filterPoints } from "../elements/point-filter.js";
import { liveHints } from "../elements/date-hints.js";
import { monthKeys } from "../elements/month-keys.js";

const form = document.getElementById("plan-form");
if (form) liveHints(form, document.getElementById("hints"));
for (const input of document.querySelectorAll("[data-filter]")) filterPoints(input);
for (const grid of document.querySelectorAll("[data-month]")) monthKeys(grid);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
