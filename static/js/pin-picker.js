/* The admin's pin: click, drag, type or place it at the town centre; town and county follow the postal code. */

import { createMap, lookAt } from "./map.js";

const CLOSE_ZOOM = 9;
const PAIR = /^\s*(-?\d+[.,]\d+)°?\s*(?:[,;]\s*|\s+)(-?\d+[.,]\d+)°?\s*$/;

const picker = document.querySelector("[data-pin-picker]");
const field = (name) => document.getElementById(`id_${name}`);
const latitude = field("latitude");
const longitude = field("longitude");

if (picker && latitude) start();

function start() {
  const status = picker.querySelector("[data-status]");
  const say = (message) => { status.textContent = message ? status.dataset[message] : ""; };
  latitude.closest(".form-row").before(picker);
  picker.hidden = false;
  field("at_town_centre").closest(".form-row").hidden = true;

  const map = createMap(picker.querySelector("[data-map]"), JSON.parse(document.getElementById("map-texts").textContent));
  const note = Object.assign(document.createElement("span"), { className: "pin-note pin-member" });
  const icon = L.divIcon({ html: note, className: "pin", iconSize: [44, 44], iconAnchor: [22, 42] });
  const marker = L.marker([65, 13], { icon, draggable: true, keyboard: false });

  function show({ look = false } = {}) {
    const [lat, lon] = [degrees(latitude), degrees(longitude)];
    if (Number.isNaN(lat) || Number.isNaN(lon)) return;
    marker.setLatLng([lat, lon]).addTo(map);
    if (look) lookAt(map, [lat, lon], CLOSE_ZOOM);
  }

  function place({ lat, lng }, precision) {
    latitude.value = lat.toFixed(5);
    longitude.value = lng.toFixed(5);
    document.querySelector(`[name="precision"][value="${precision}"]`).checked = true;
    show();
  }

  async function ask(query) {
    const answer = await fetch(`${picker.dataset.place}?${new URLSearchParams(query)}`);
    return answer.json();
  }

  map.on("click", ({ latlng }) => { place(latlng, "exact"); say(""); });
  marker.on("dragend", () => { place(marker.getLatLng(), "exact"); say(""); });

  for (const input of [latitude, longitude]) {
    input.addEventListener("paste", (event) => {
      const pair = PAIR.exec(event.clipboardData.getData("text"));
      if (!pair) return;
      event.preventDefault();
      [latitude.value, longitude.value] = pair.slice(1);
      input.dispatchEvent(new Event("change"));
    });
    input.addEventListener("change", () => {
      document.querySelector('[name="precision"][value="exact"]').checked = true;
      show({ look: true });
      say("");
    });
  }

  picker.querySelector("[data-at-centre]").addEventListener("click", async () => {
    const { centre } = await ask({ town: field("town").value, county: field("county").value });
    if (!centre) return say("unknown");
    place({ lat: centre.latitude, lng: centre.longitude }, "town");
    show({ look: true });
    say("placed");
  });

  for (const name of ["address", "postal_code", "town"]) {
    field(name).addEventListener("change", () => { if (map.hasLayer(marker)) say("stale"); });
  }

  field("postal_code").addEventListener("change", async (event) => {
    const { postal } = await ask({ postal_code: event.target.value.trim() });
    if (!postal) return;
    field("town").value = postal.town;
    field("county").value = postal.county;
  });

  show({ look: true });
}

function degrees(input) {
  return input.value.trim() ? Number(input.value.trim().replace("°", "").replace(",", ".")) : NaN;
}
