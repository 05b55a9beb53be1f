/** Ask once before something that cannot be undone. @returns {Promise<{value: string, form: HTMLFormElement}>} "" for no */
export function ask(id) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById(id));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve({ value: dialog.returnValue, form: dialog.querySelector("form") }), {
      once: true,
    });
  });
}
