/* Buttons that copy a text; without script, or where the page may not, there is none. */

for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const status = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    status.textContent = status.dataset.copied;
  });
}
