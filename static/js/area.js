/* The button on a map that narrows the list beside it to what is in view. */

import { withArea } from "./map.js";

/** `area` is the field of the form that holds what is searched. */
export function addAreaButton(map, { list, area, text }) {
  const control = L.control({ position: "topleft" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "map-home", textContent: text });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(button).on(button, "click", searchArea);
    return button;
  };
  control.addTo(map);
  map.on("moveend", () => { button.hidden = false; });
  let asked = 0;

  async function searchArea() {
    const bounds = map.getBounds();
    const address = withArea([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()], 3);
    const turn = ++asked;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked) return;
      const parts = ["[data-found]", "[data-entries]", ".finder-more"].map((part) => [list, page].map((within) => within.querySelector(part)));
      if (!answer.ok || !parts.flat().every(Boolean)) throw new Error(answer.statusText);
      for (const [shown, found] of parts) shown.replaceWith(found);
    } catch {
      if (turn === asked) location.assign(address);
      return;
    }
    history.replaceState(null, "", address);
    Object.assign(area, { value: address.searchParams.get("area"), disabled: false });
    document.querySelector("a.language").search = address.search;
    button.hidden = true;
    list.scrollTop = 0;
    list.querySelector("[data-found]").setAttribute("role", "status");
  }
}
