/* Searches the directory in place: the page that the form would lead to is fetched and its parts are exchanged.
   A visitor's own position is asked for only when they press "Near me". It lives in one variable here and travels in the
   body of a request: no address, no history and no storage ever holds it. */

const PAUSE_MS = 300;
const DECIMALS = 3; // of degrees: some 100 metres
const LOOKING = { timeout: 15_000, maximumAge: 300_000 };
const NARROW = matchMedia("(width < 860px)");

const directory = document.querySelector("[data-directory]");
const part = (name, within = directory) => within.querySelector(`[data-part=${name}]`);
const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
let asked = 0;
let timer;
let shown = addressNow();
let position = null;

status.setAttribute("role", "status");
directory.before(status);
foldFilters(directory);
directory.dataset.live = "";
offerNearMe();

/** Show the page of the address; `remember` is "pushState", "replaceState" or nothing. Whatever fails, the browser goes there itself. */
async function show(address, { remember, typing = false } = {}) {
  clearTimeout(timer);
  const turn = ++asked;
  part("results").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, question());
    const text = await answer.text();
    if (turn !== asked) return;
    if (position && answer.status === 400) return refuse(text);
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!answer.ok || !part("results", page)) throw new Error(answer.statusText);
    exchange(page, typing);
  } catch {
    if (turn === asked) location.assign(address);
    return;
  }
  if (remember) history[remember](null, "", address);
  shown = addressNow();
  document.title = part("results").dataset.title;
  tell([...directory.querySelectorAll("[data-announce]")].map((told) => told.textContent).join(" "));
}

function question() {
  const asking = { headers: { Accept: "text/html" } };
  return position ? { ...asking, method: "POST", body: new URLSearchParams(position) } : asking;
}

function tell(text) {
  status.textContent = text.trim().replace(/\s+/g, " ");
}

/* The search words stay as they are while they are being typed; the counts and choices around them are renewed. */
function exchange(page, typing) {
  const focused = document.activeElement;
  const choice = focused.type === "checkbox" ? `[value="${CSS.escape(focused.value)}"]` : "";
  const again = focused.name && `[name="${focused.name}"]${choice}`;
  const words = directory.querySelector("#q");
  const isOpen = directory.querySelector("details")?.open;
  const [filters, results] = ["filters", "results"].map((name) => document.adoptNode(part(name, page)));
  results.dataset.title = page.title;
  if (typing) filters.querySelector("#q").replaceWith(words);
  part("filters").replaceWith(filters);
  part("results").replaceWith(results);
  const details = filters.querySelector("details");
  if (details) details.open = isOpen ?? true;
  document.querySelector("a.language").href = page.querySelector("a.language").href;
  offerNearMe();
  if (again) filters.querySelector(again)?.focus({ preventScroll: true });
}

function nearMe() {
  return directory.querySelector("[data-near-me]");
}

function offerNearMe() {
  nearMe().hidden = !navigator.geolocation;
}

function findMe() {
  const button = nearMe();
  const turn = ++asked;
  tell(button.dataset.looking);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => turn === asked && showNear(coords),
    ({ code }) => turn === asked && refuse(code === 1 ? button.dataset.refused : button.dataset.failed),
    LOOKING,
  );
}

async function showNear({ latitude, longitude }) {
  position = { latitude: latitude.toFixed(DECIMALS), longitude: longitude.toFixed(DECIMALS) };
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
  const told = directory.querySelector("[data-position-told]");
  position = null;
  told.textContent = text;
  told.hidden = false;
  part("results").removeAttribute("aria-busy");
  tell(text);
}

/* On a phone the choices are folded while none is made, so that the results are in sight. */
function foldFilters(within) {
  const details = within.querySelector("details");
  if (details && NARROW.matches && !details.querySelector(":checked:not([value=''])")) details.open = false;
}

function addressOf(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
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
  if (event.target.closest("[data-near-me]")) return findMe();
  const link = event.target.closest("a.chip");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if ("forget" in link.dataset) position = null;
  await show(link.href, { remember: "pushState" });
  goToResults();
});

addEventListener("popstate", () => {
  if (addressNow() === shown && !position) return;
  position = null;
  show(addressNow());
});
