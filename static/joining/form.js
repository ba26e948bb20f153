/* The forms of those who join: looks things up and adds rows without leaving the page, puts a pin on each space's map,
   and sends once however often it is pressed. Everything works without it, a page at a time. */

import { fetchPage, replaceParts } from "../core/page.js";
import { startPinPickers } from "../spaces/pin-picker.js";

const AGAIN_MS = 5000; // until what was stopped can be sent again

startPinPickers();
focusAnswer();
document.addEventListener("submit", (event) => {
  if (event.submitter?.name === "do") lookUp(event);
  else if (event.target.matches("[data-join], [data-once]")) sendOnce(event);
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-join] [name$=-postal_code]")) fillTown(target);
});
window.addEventListener("pageshow", () => { // by the back button, to correct what was sent
  for (const sent of document.querySelectorAll("[data-sent]")) delete sent.dataset.sent;
  for (const action of document.querySelectorAll("[data-action]")) action.remove();
});

async function lookUp(event) {
  event.preventDefault();
  const form = event.target;
  const data = new FormData(form, event.submitter);
  form.inert = true; // what would be typed meanwhile would be lost
  try {
    replaceParts(await fetchPage(form.action, { method: "POST", body: data }), ["[data-join]"]);
    startPinPickers();
    focusAnswer();
  } catch {
    form.inert = false;
    const action = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: data.get("do") });
    action.dataset.action = "";
    form.append(action); // no network, no such page: as without script
    form.submit();
  }
}

/* Take from the page that a look-up would show the town alone, lest somebody who types on is disturbed. */
async function fillTown({ form, id }) {
  const field = () => document.getElementById(id.replace("postal_code", "town"));
  const data = new FormData(form);
  const { name, value, dataset } = field();
  if (value && value !== dataset.filled) return;
  data.set(name, "");
  data.set("do", "town");
  const page = await fetchPage(form.action, { method: "POST", body: data }).catch(() => null);
  const town = page?.getElementById(field().id)?.value;
  if (town && field().value === value) Object.assign(field(), { value: town }).dataset.filled = town;
}

/* Only what comes soon after the first press is stopped: a disabled button would not be sent. */
function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, AGAIN_MS);
}

function focusAnswer() {
  document.querySelector("[autofocus]")?.focus();
}
