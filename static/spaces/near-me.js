/* Where the visitor is. It is asked for only when they press "Near me", and this module keeps it nowhere. */

const DECIMALS = 3; // of degrees: some 100 metres
const LOOKING = { timeout: 15_000, maximumAge: 300_000 };

/** Show the button, which has its texts in data attributes, where the browser can tell. */
export function offerNearMe(button) {
  if (button) button.hidden = !navigator.geolocation;
}

/** Return latitude and longitude as texts, or throw an Error that says why not. */
export function locate(button) {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude.toFixed(DECIMALS), longitude: coords.longitude.toFixed(DECIMALS) }),
      ({ code }) => reject(new Error(code === 1 ? button.dataset.refused : button.dataset.failed)),
      LOOKING,
    );
  });
}
