/* Opens a space's photos in a dialog, one at a time. Without this they are a strip that scrolls. */

const gallery = document.querySelector("[data-gallery]");
const dialog = document.querySelector("[data-gallery-dialog]").content.firstElementChild;
const strip = dialog.querySelector("ul");
const count = dialog.querySelector("[data-count]");
const figures = [...gallery.querySelectorAll("figure")];

strip.append(...figures.map(slide));
document.body.append(dialog);

gallery.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  dialog.showModal();
  show(Math.max(0, figures.indexOf(link.closest("figure"))), "instant");
});
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog.querySelector(".gallery-steps").hidden = figures.length === 1;
dialog.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault(); // the strip would scroll as well
  show(shown() + step);
});
for (const button of dialog.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => show(shown() + Number(button.dataset.step)));
}
strip.addEventListener("scroll", tell, { passive: true });

/* The photo and who took it, without the link around it; fetched when it comes into view. */
function slide(figure) {
  const [picture, caption] = [figure.querySelector("picture"), figure.querySelector("figcaption")];
  const copy = picture.cloneNode(true);
  for (const source of copy.querySelectorAll("[sizes]")) source.sizes = "100vw";
  Object.assign(copy.querySelector("img"), { loading: "lazy", fetchPriority: "auto" });
  const item = document.createElement("li");
  item.append(copy, ...(caption ? [caption.cloneNode(true)] : []));
  return item;
}

function shown() {
  return Math.round(strip.scrollLeft / strip.clientWidth);
}

/* Beyond the last comes the first. */
function show(number, behavior = "auto") {
  const left = ((number + figures.length) % figures.length) * strip.clientWidth;
  strip.scrollTo({ left, behavior });
  tell();
}

function tell() {
  count.textContent = count.dataset.count.replace("{number}", shown() + 1);
}
