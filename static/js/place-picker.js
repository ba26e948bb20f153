/* Where a space is that nobody knows: a click in the map fills in the latitude and longitude below it. */

import { createMap, lookAt } from "./map.js";

const CLOSE_ZOOM = 9;

for (const picker of document.querySelectorAll("[data-place-picker]")) start(picker);

function start(picker) {
  const latitude = picker.querySelector('[name^="latitude"]');
  const longitude = picker.querySelector('[name^="longitude"]');
  if (!latitude) return;
  const element = picker.querySelector("[data-map]");
  element.hidden = false;
  const map = createMap(element, JSON.parse(document.getElementById("map-texts").textContent));
  const note = Object.assign(document.createElement("span"), { className: "pin-note pin-member" });
  const icon = L.divIcon({ html: note, className: "pin", iconSize: [44, 44], iconAnchor: [22, 42] });
  const marker = L.marker([65, 13], { icon, draggable: true, keyboard: false });

  const take = ({ lat, lng }) => {
    [latitude.value, longitude.value] = [lat, lng].map((degrees) => degrees.toFixed(5));
    marker.setLatLng([lat, lng]).addTo(map);
  };
  const show = () => {
    const place = [latitude, longitude].map((input) => (input.value.trim() ? Number(input.value.trim().replace("°", "").replace(",", ".")) : NaN));
    if (place.some(Number.isNaN)) return;
    marker.setLatLng(place).addTo(map);
    lookAt(map, place, CLOSE_ZOOM);
  };

  map.on("click", ({ latlng }) => take(latlng));
  marker.on("dragend", () => take(marker.getLatLng()));
  for (const input of [latitude, longitude]) input.addEventListener("change", show);
  show();
}
