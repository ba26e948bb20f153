/* Runs before the page's own scripts and notes when what is painted, drawn or blocked. Milliseconds of the navigation. */

const LONG_MS = 50;

window.seen = { first_paint: null, largest_paint: null, blocking: 0, pins: null };

function observe(type, note) {
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
}

observe("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.first_paint = entry.startTime; });
observe("largest-contentful-paint", (entry) => { seen.largest_paint = entry.startTime; });
observe("longtask", (entry) => {
  if (seen.first_paint !== null && entry.startTime + entry.duration > seen.first_paint) {
    seen.blocking += entry.duration - LONG_MS;
  }
});

const pins = new MutationObserver(() => {
  if (!document.querySelector(".pin")) return;
  pins.disconnect();
  performance.mark("pins");
  seen.pins = performance.getEntriesByName("pins")[0].startTime;
});
pins.observe(document, { childList: true, subtree: true });
