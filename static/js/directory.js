/* Searches the directory in place: the page that the form would lead to is fetched and its parts are exchanged. */

const PAUSE_MS = 300;
const NARROW = matchMedia("(width < 860px)");

const directory = document.querySelector("[data-directory]");
const part = (name, within = directory) => within.querySelector(`[data-part=${name}]`);
const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
let asked = 0;
let timer;
let shown = addressNow();

status.setAttribute("role", "status");
directory.before(status);
foldFilters(directory);

/** Show the page of the address; `remember` is "pushState", "replaceState" or nothing. Whatever fails, the browser goes there itself. */
async function show(address, { remember, typing = false } = {}) {
  clearTimeout(timer);
  const turn = ++asked;
  part("results").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    if (!answer.ok || !part("results", page)) throw new Error(answer.statusText);
    exchange(page, typing);
  } catch {
    if (turn === asked) location.assign(address);
    return;
  }
  if (remember) history[remember](null, "", address);
  shown = addressNow();
  document.title = part("results").dataset.title;
  status.textContent = directory.querySelector("[data-announce]").textContent.trim().replace(/\s+/g, " ");
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
  if (again) filters.querySelector(again)?.focus({ preventScroll: true });
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
  clearTimeout(timer);
  show(addressOf(event.target), { remember: "pushState" });
});

directory.addEventListener("input", ({ target }) => {
  clearTimeout(timer);
  const typing = target.type === "search";
  const search = () => show(addressOf(target.form), { remember: typing ? "replaceState" : "pushState", typing });
  timer = setTimeout(search, typing ? PAUSE_MS : 0);
});

directory.addEventListener("click", async (event) => {
  const link = event.target.closest("a.chip");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  await show(link.href, { remember: "pushState" });
  const heading = directory.querySelector("#results-heading");
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "nearest" });
});

addEventListener("popstate", () => { if (addressNow() !== shown) show(addressNow()); });
