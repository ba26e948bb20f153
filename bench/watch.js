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
  if (!document.querySelector(".map-label")) return;
  pins.disconnect();
  // The frame with the pins is painted after its animation callbacks, and before the next task.
  requestAnimationFrame(() => setTimeout(() => { seen.pins = performance.now(); }));
});
pins.observe(document, { childList: true, subtree: true });
