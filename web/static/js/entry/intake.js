/** Taking a case in: the page works without this; with it, keys and a draft that outlives the tab. */
import { forgetDraft, keepDraft } from "../elements/intake-draft.js";
import { intakeKeys } from "../elements/intake-keys.js";

const taken = document.querySelector("[data-taken]");
if (taken instanceof HTMLElement) forgetDraft(taken.dataset.taken);
const form = document.getElementById("intake");
if (form instanceof HTMLFormElement) {
  intakeKeys(form);
  keepDraft(form, document.getElementById("draft-notice"), document.getElementById("draft-drop"));
}
