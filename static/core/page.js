/* Fetches pages of this site and exchanges parts of the one shown for theirs. */

let latest = 0;

/** Overtake whatever was begun before; the function returned says whether nothing has overtaken this. */
export function begin() {
  const turn = ++latest;
  return () => turn === latest;
}

/** Return the page at the address, or null if it was overtaken; throw an Error with `status` and text unless it is one. */
export async function fetchPage(address, options) {
  const isLatest = begin();
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, ...options });
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(text), { status: response.status });
    return isLatest() ? new DOMParser().parseFromString(text, "text/html") : null;
  } catch (error) {
    if (isLatest()) throw error;
    return null;
  }
}

/** Exchange the element of each selector for the page's; throw, with nothing changed, if either side lacks one. */
export function replaceParts(page, selectors) {
  const pairs = selectors.map((selector) => [document, page].map((within) => within.querySelector(selector)));
  if (!pairs.flat().every(Boolean)) throw new Error(`not all of ${selectors}`);
  for (const [shown, fetched] of pairs) shown.replaceWith(document.adoptNode(fetched));
}
