/* Searches the directory in place: the page that the form would lead to is fetched and its parts are exchanged. */

const PAUSE_MS = 300;

const directory = document.querySelector("[data-directory]");
let asked = 0;
let timer;

async function show(address, { push = true, announce = true } = {}) {
  const turn = ++asked;
  const results = directory.querySelector("[data-part=results]");
  results.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== asked) return;
  if (push) history.pushState(null, "", address);
  document.title = page.title;
  results.replaceWith(document.adoptNode(page.querySelector("[data-part=results]")));
  exchangeFilters(page);
  for (const link of page.querySelectorAll("a.language")) {
    document.querySelector("a.language").href = link.href;
  }
  if (announce) say(directory.querySelector("[data-announce]").textContent.trim());
}

/* The search words stay as they are being typed; the counts and choices around them are renewed. */
function exchangeFilters(page) {
  const focused = document.activeElement;
  const name = focused?.name && `[name="${focused.name}"]${focused.type === "checkbox" ? `[value="${CSS.escape(focused.value)}"]` : ""}`;
  const words = directory.querySelector("#q");
  const filters = document.adoptNode(page.querySelector("[data-part=filters]"));
  if (focused === words) filters.querySelector("#q").replaceWith(words);
  directory.querySelector("[data-part=filters]").replaceWith(filters);
  if (name) filters.querySelector(name)?.focus({ preventScroll: true });
}

const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
status.setAttribute("role", "status");
directory.before(status);

function say(text) {
  status.textContent = text.replace(/\s+/g, " ");
}

function addressOf(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return location.pathname + (query && `?${query}`);
}

directory.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  show(addressOf(event.target));
});

directory.addEventListener("input", (event) => {
  clearTimeout(timer);
  timer = setTimeout(() => show(addressOf(event.target.form)), event.target.type === "search" ? PAUSE_MS : 0);
});

directory.addEventListener("click", (event) => {
  const link = event.target.closest("a.chip");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.href).then(() => {
    const heading = directory.querySelector("#results-heading");
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "nearest" });
  });
});

addEventListener("popstate", () => show(location.href, { push: false }));
