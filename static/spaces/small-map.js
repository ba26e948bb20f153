/* Lights the dot of the card that is pointed at. */

const directory = document.querySelector("[data-directory]");

function light({ target }) {
  const space = target.closest?.("[data-space]")?.dataset.space;
  for (const dot of directory.querySelectorAll("[data-dot]")) {
    const isLit = dot.dataset.dot === space;
    dot.classList.toggle("is-lit", isLit);
    if (isLit) dot.parentNode.append(dot); // above the others
  }
}

for (const event of ["mouseover", "focusin"]) directory.addEventListener(event, light);
