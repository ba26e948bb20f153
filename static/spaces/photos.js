/* The photos of the admin's form of a space: fetched into the form as soon as they are chosen, put in order by dragging
   and by buttons, and their focus set by a click. Without it the same is done by a button and by numbers. */

import { fetchPage, replaceParts } from "../core/page.js";
import { filled } from "./map.js";

if (document.getElementById("id_new_photos")) start();

function start() {
  const group = document.getElementById("photos-group");
  group.querySelector("#id_new_photos").addEventListener("change", fetchChosen);
  group.querySelector("[name=_add_photos]").hidden = true;
  for (const row of rows(group)) startRow(row);
}

function rows(group) {
  return [...group.querySelectorAll(".photo-row")];
}

/* One at a time: many pictures at once are more than a server takes. */
async function fetchChosen({ target }) {
  const { form } = target;
  const files = [...target.files];
  target.value = "";
  for (const [index, file] of files.entries()) {
    const group = document.getElementById("photos-group");
    const status = group.querySelector("[data-photos-status]");
    status.textContent = filled(status.dataset.sending, { number: index + 1, count: files.length });
    const data = new FormData(form);
    data.set("new_photos", file);
    data.set("_add_photos", "yes");
    group.inert = true; // what would be typed meanwhile would be lost
    try {
      const page = await fetchPage(form.action, { method: "POST", body: data });
      replaceParts(page, ["#photos-group"]);
      tell(page);
      start();
    } catch {
      group.inert = false;
      status.textContent = status.dataset.failed;
      return;
    }
  }
  document.querySelector("#photos-group .photo-row:last-child [name$=alt_nb]")?.focus();
}

/* What was refused, and why, stands in the page's messages. */
function tell(page) {
  const texts = [...page.querySelectorAll(".messagelist .error")].map(({ textContent }) => textContent.trim());
  document.querySelector("[data-photos-status]").textContent = texts.join(" ");
}

function startRow(row) {
  row.querySelector(".photo-moves").hidden = false;
  for (const button of row.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => {
      move(row, Number(button.dataset.move));
      button.focus();
    });
  }
  startDragging(row);
  startFocus(row);
}

function move(row, step) {
  if (step < 0) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  number(row.parentElement);
}

function number(list) {
  rows(list).forEach((row, index) => { row.querySelector("[name$=-position]").value = index + 1; });
}

/* By the picture alone: text in the fields is still selected by dragging. */
function startDragging(row) {
  const handle = row.querySelector(".photo-focus");
  handle.draggable = true;
  handle.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 20, 20);
    row.classList.add("is-dragged");
  });
  handle.addEventListener("dragend", () => {
    row.classList.remove("is-dragged");
    number(row.parentElement);
  });
  row.addEventListener("dragover", (event) => {
    const dragged = row.parentElement.querySelector(".photo-row.is-dragged");
    if (!dragged) return;
    event.preventDefault();
    if (dragged === row) return;
    const { top, height } = row.getBoundingClientRect();
    row[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  });
}

function startFocus(row) {
  const image = row.querySelector(".photo-preview");
  if (!image) return;
  const fields = ["x", "y"].map((axis) => row.querySelector(`[name$=-focus_${axis}]`));
  const mark = document.createElement("span");
  mark.className = "photo-mark";
  image.after(mark);
  const show = () => {
    [mark.style.left, mark.style.top] = fields.map(({ value }) => `${Math.min(100, Math.max(0, value))}%`);
  };
  image.addEventListener("click", ({ offsetX, offsetY }) => {
    fields[0].value = Math.round(100 * offsetX / image.clientWidth);
    fields[1].value = Math.round(100 * offsetY / image.clientHeight);
    show();
  });
  for (const field of fields) field.addEventListener("input", show);
  show();
}
