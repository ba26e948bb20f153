/* The admin's form of a space: the pin decides the precision; town and county follow the postal code. */

import { fetchPage, replaceParts } from "../core/page.js";
import { filled } from "./map.js";
import { startPinPickers } from "./pin-picker.js";

const SUGGESTED = ["address", "postal_code", "town", "latitude", "longitude"]; // the order of a suggestion's values

const element = document.querySelector("[data-pin-picker]");
const field = (name) => document.getElementById(`id_${name}`);

if (element && field("latitude")) start(); // an earlier version of a space is shown without a picker

function start() {
  field("latitude").closest(".form-row").before(element, document.querySelector("[name=_somewhere]").parentElement);
  element.hidden = false;
  field("at_town_centre").closest(".form-row").hidden = true;
  const [picker] = startPinPickers({ onPlace: () => setPrecision("exact") });

  element.querySelector("[data-at-centre]").addEventListener("click", async () => {
    const { centre } = await picker.ask({ town: field("town").value, county: field("county").value });
    if (!centre) return picker.say("unknown");
    picker.place({ lat: centre.latitude, lng: centre.longitude });
    picker.show();
    picker.say("centred");
    setPrecision("town");
  });

  for (const name of ["address", "postal_code", "town", "municipality", "county"]) {
    field(name).addEventListener("change", async () => {
      if (name === "postal_code") await fillTown(picker);
      if (picker.isPlaced) picker.say("stale");
      else await begin(picker);
    });
  }
  field("address").form.addEventListener("click", (event) => {
    const { dataset, name, value } = event.target;
    if (dataset.findAddress) findAddress(event, dataset.findAddress);
    else if (name === "_choose_address") takeAddress(event, JSON.parse(value), picker);
    else if (name === "_somewhere") takeSomewhere(event, value.split(",").map(Number), picker);
  });
  begin(picker);
}

/* While there is no pin: begin the map about where it must be, and offer that where no better is known. */
async function begin(picker) {
  if (picker.isPlaced) return;
  const place = () => ["town", "county", "postal_code", "municipality"].map((name) => [name, field(name).value.trim()]);
  const query = place();
  const { centre, area } = await picker.ask(query);
  if (`${query}` !== `${place()}`) return; // another has been typed meanwhile, and is asked for
  const button = document.querySelector("[name=_somewhere]");
  button.parentElement.hidden = Boolean(centre || !area);
  if (!centre && !area) return;
  picker.startAt([(centre ?? area).latitude, (centre ?? area).longitude]);
  if (centre) return;
  button.textContent = filled(button.dataset.text, { place: area.name });
  button.value = [area.latitude, area.longitude];
}

function takeSomewhere(event, [lat, lng], picker) {
  event.preventDefault();
  picker.place({ lat, lng });
  picker.say("somewhere");
  setPrecision("town");
  event.target.parentElement.hidden = true;
}

async function fillTown(picker) {
  const { postal } = await picker.ask({ postal_code: field("postal_code").value.trim() });
  if (!postal) return;
  field("town").value = postal.town;
  field("county").value = postal.county;
}

/* Without leaving the page; where that fails, the button does what it does without script. */
async function findAddress(event, address) {
  event.preventDefault();
  const query = SUGGESTED.slice(0, 3).map((name) => [name, field(name).value]);
  try {
    const page = await fetchPage(`${address}?${new URLSearchParams(query)}`);
    if (!page) return;
    replaceParts(page, ["[data-address-answer]"]);
    document.querySelector("[data-address-answer]").focus();
  } catch {
    event.target.form.requestSubmit(event.target);
  }
}

async function takeAddress(event, values, picker) {
  event.preventDefault();
  SUGGESTED.forEach((name, index) => { field(name).value = values[index]; });
  event.target.closest("[data-address-answer]").replaceChildren();
  await fillTown(picker);
  field("town").value = values[2];
  setPrecision("exact");
  picker.show();
  picker.say("found");
  field("address").focus();
}

function setPrecision(value) {
  document.querySelector(`[name="precision"][value="${value}"]`).checked = true;
}
