/**
 * Keys of the intake form: Alt and a digit choose the kind, Ctrl and Enter take the case in. A form is sent once.
 * @param {HTMLFormElement} form
 */
export function intakeKeys(form) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
      const radio = form.querySelector(`[data-key="${event.code.slice(5)}"]`);
      if (!(radio instanceof HTMLInputElement)) return;
      event.preventDefault();
      radio.checked = true;
      radio.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
