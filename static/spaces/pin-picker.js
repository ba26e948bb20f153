/* A map on which a pin is placed, by click, drag, button or typing, into two fields of a form. */

import { createMap, lead, lookAt, noteIcon } from "./map.js";

const CLOSE_ZOOM = 9;
const NEAR_ZOOM = 7;
const AREA_ZOOM = 8;

/** Make a picker of each element that says the ids of its fields; only the buttons and texts that it holds are used.
    `onPlace` is called when somebody has placed the pin. */
export function startPinPickers({ onPlace } = {}) {
  return [...document.querySelectorAll("[data-pin-picker]")]
    .filter(({ dataset }) => document.getElementById(dataset.latitude))
    .map((element) => new PinPicker(element, onPlace));
}

class PinPicker {
  constructor(element, onPlace = () => {}) {
    const { latitude, longitude, lookup, start, pinPicker: kind } = element.dataset;
    Object.assign(this, { onPlace, lookup });
    this.fields = [latitude, longitude].map((id) => document.getElementById(id));
    this.status = element.querySelector("[data-status]");
    this.removeButton = element.querySelector("[data-remove]");
    for (const shown of element.querySelectorAll("[data-map], [data-help]")) shown.hidden = false;
    this.map = createMap(element.querySelector("[data-map]"));
    this.marker = L.marker([65, 13], { icon: noteIcon(kind), draggable: true, keyboard: false });
    this.map.on("click", ({ latlng }) => this.place(latlng));
    this.marker.on("dragend", () => this.place(this.marker.getLatLng()));
    this.listenToFields();
    this.removeButton?.addEventListener("click", () => this.remove());
    this.startMiddle(element.querySelector("[data-middle]"));
    if (start) this.startAt(start.split(",").map(Number));
    this.show();
  }

  listenToFields() {
    for (const field of this.fields) {
      field.addEventListener("change", () => this.read());
      field.addEventListener("paste", () => setTimeout(() => this.read())); // when it is in the field
    }
  }

  /** Take what was typed. What is no plain number the site reads: a pair in one of the fields, minutes and seconds. */
  async read() {
    if (this.lookup && this.degrees.some(Number.isNaN)) {
      const [latitude, longitude] = this.fields.map(({ value }) => value);
      const { position } = await this.ask({ latitude, longitude });
      if (position) this.fields.forEach((field, index) => { field.value = position[index]; });
    }
    this.onPlace();
    this.say("");
    this.show();
  }

  get degrees() {
    return this.fields.map(({ value }) => Number(value.trim().replace("°", "").replace(",", ".") || NaN));
  }

  /** Return what the site knows of a place. */
  async ask(query) {
    const response = await fetch(`${this.lookup}?${new URLSearchParams(query)}`);
    return response.json();
  }

  startMiddle(button) {
    if (!button) return;
    const allow = () => { button.disabled = this.map.getZoom() < NEAR_ZOOM; }; // before, the middle is in Sweden
    button.addEventListener("click", () => this.place(this.map.getCenter()));
    this.map.on("zoomend", allow);
    allow();
  }

  place({ lat, lng }) {
    [lat, lng].forEach((degrees, index) => { this.fields[index].value = degrees.toFixed(5); });
    this.mark([lat, lng]);
    this.onPlace();
    this.say("placed");
  }

  /** Begin about where the place must be, as long as nobody has placed the pin. */
  startAt(place) {
    if (!this.isPlaced) lead(this.map, () => this.map.setView(place, AREA_ZOOM, { animate: false }));
  }

  /** Bring the map to what is typed, if it is a place. */
  show() {
    const place = this.degrees;
    if (place.some(Number.isNaN)) return;
    this.mark(place);
    lookAt(this.map, place, CLOSE_ZOOM);
  }

  mark(place) {
    this.marker.setLatLng(place).addTo(this.map);
    if (this.removeButton) this.removeButton.hidden = false;
  }

  get isPlaced() {
    return this.map.hasLayer(this.marker);
  }

  remove() {
    for (const field of this.fields) field.value = "";
    this.marker.remove();
    this.removeButton.hidden = true;
    this.say("removed");
    this.map.getContainer().focus();
  }

  /** Say one of the texts that the page gives the status, or nothing. */
  say(name) {
    if (this.status) this.status.textContent = this.status.dataset[name] ?? "";
  }
}
