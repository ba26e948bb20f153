/* What the register says of a join request, fetched into its place. */

const register = document.querySelector("[data-register]");
if (register) ask(register);

async function ask(place) {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.register, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-register-answer]");
    if (!answer.ok || !found) throw new Error(answer.statusText);
    place.replaceChildren(document.adoptNode(found));
  } catch {
    place.append(Object.assign(document.createElement("p"), { className: "flag", textContent: place.dataset.failed }));
  }
  place.removeAttribute("aria-busy");
}
