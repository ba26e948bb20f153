/* Searches in place, in the directory and on the landing page: the page that the form or a chip would lead to is fetched
   and its parts are exchanged; `results` is an event of the element with data-directory once they are.
   A visitor's own position lives in one variable here and travels in the body of a request: no address, no history and no
   storage ever holds it. */

import { begin, fetchPage, replaceParts } from "../core/page.js";
import { locate, offerNearMe } from "./near-me.js";

const PAUSE_MS = 300;
const PARTS = ["[data-part=filters]", "[data-part=results]"];

const directory = document.querySelector("[data-directory]");
const part = (name) => directory.querySelector(`[data-part=${name}]`);
const nearMe = () => directory.querySelector("[data-near-me]");
const more = () => directory.querySelector("details");
const chipRow = () => directory.querySelector(".chip-row");
const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
let timer;
let shown = addressNow();
let position = null;

status.setAttribute("role", "status");
directory.before(status);
offerNearMe(nearMe());

/** Show the page of the address; `remember` is "pushState", "replaceState" or nothing. If it fails the browser goes there. */
async function show(address, { remember, typing = false } = {}) {
  clearTimeout(timer);
  part("results").setAttribute("aria-busy", "true");
  let page;
  try {
    page = await fetchPage(address, position ? { method: "POST", body: new URLSearchParams(position) } : {});
    if (!page) return;
    exchange(page, typing);
  } catch (error) {
    if (position && error.status === 400) refuse(error.message);
    else location.assign(address);
    return;
  }
  if (remember) history[remember](null, "", address);
  shown = addressNow();
  document.title = page.title;
  const counties = document.querySelector(".directory-counties"); // which are of no search
  if (counties) counties.hidden = Boolean(location.search || position);
  directory.dispatchEvent(new CustomEvent("results"));
  announce([...directory.querySelectorAll("[data-announce]")].map((element) => element.textContent).join(" "));
}

function announce(text) {
  status.textContent = text.trim().replace(/\s+/g, " ");
}

/* The search words stay as they are while they are being typed; the counts and choices around them are renewed. */
function exchange(page, typing) {
  const again = focusedSelector();
  const isOpen = more()?.open;
  const scrolled = chipRow()?.scrollLeft;
  if (typing) page.querySelector("#q").replaceWith(directory.querySelector("#q"));
  replaceParts(page, PARTS);
  if (isOpen) more().open = true;
  if (scrolled) chipRow().scrollLeft = scrolled;
  document.querySelector("a.site-language").href = page.querySelector("a.site-language").href;
  offerNearMe(nearMe());
  if (again) directory.querySelector(again)?.focus({ preventScroll: true });
}

/* What finds the focused field or chip again once it was exchanged for its like. */
function focusedSelector() {
  const { name, type, value, dataset } = document.activeElement;
  if (dataset.chip) return `[data-chip="${CSS.escape(dataset.chip)}"]`;
  return name && `[name="${name}"]${type === "checkbox" ? `[value="${CSS.escape(value)}"]` : ""}`;
}

async function findMe() {
  const isLatest = begin();
  announce(nearMe().dataset.looking);
  try {
    const found = await locate(nearMe());
    if (isLatest()) showNear(found);
  } catch (error) {
    if (isLatest()) refuse(error.message);
  }
}

async function showNear(found) {
  position = found;
  const form = part("filters");
  form.elements.near.value = "";
  await show(addressOf(form), { remember: "replaceState" });
  if (position) goToResults();
}

function goToResults() {
  const heading = directory.querySelector("#results-heading");
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "nearest" });
}

/* Says what is wrong beside the button, and aloud; what was shown stays. */
function refuse(text) {
  const error = directory.querySelector("[data-position-error]");
  position = null;
  Object.assign(error, { textContent: text, hidden: false });
  part("results").removeAttribute("aria-busy");
  announce(text);
}

function addressOf(form) {
  const data = new FormData(form);
  if (data.getAll("coming").length > 1) data.delete("coming"); // ticked, as it is without being asked for
  const given = [...data].filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return location.pathname + (query && `?${query}`);
}

function addressNow() {
  return location.pathname + location.search;
}

directory.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.elements.near.value) position = null;
  show(addressOf(event.target), { remember: "pushState" });
});

directory.addEventListener("input", ({ target }) => {
  if (target.name === "near") return; // every letter might ask for another address
  clearTimeout(timer);
  const typing = target.type === "search";
  const search = () => show(addressOf(target.form), { remember: typing ? "replaceState" : "pushState", typing });
  timer = setTimeout(search, typing ? PAUSE_MS : 0);
});

directory.addEventListener("change", ({ target }) => {
  if (target.name !== "near") return;
  if (target.value) position = null;
  show(addressOf(target.form), { remember: "pushState" });
});

directory.addEventListener("click", async (event) => {
  if (event.target.closest("[data-near-me]")) {
    findMe();
    return;
  }
  const link = event.target.closest("a.chip");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if ("forget" in link.dataset) position = null;
  await show(link.href.replace(/\?$/, ""), { remember: "pushState" });
  if (!link.dataset.chip) goToResults();
});

addEventListener("popstate", () => {
  if (addressNow() === shown && !position) return;
  position = null;
  show(addressNow());
});
