/** A screen that is not enrolled: a code is typed once, by keyboard or by remote; meanwhile the hub is asked whether it is known after all. */
import { Letters } from "../elements/letters.js";
import { Remote } from "../elements/remote.js";

const EVERY_MS = 30_000;

for (const keys of document.querySelectorAll("[data-letters]")) new Letters(keys);
new Remote();

async function known() {
  const response = await fetch("/api/room/next", { headers: { accept: "application/json" } }).catch(() => null);
  if (response?.ok) location.replace("/room");
}

if (!location.pathname.startsWith("/enrol")) setInterval(known, EVERY_MS);
