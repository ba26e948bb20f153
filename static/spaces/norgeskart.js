/* Where a place is on Kartverket's own map, for when no street tile comes. */

const ZOOM_OF_STREETS = 14;
// GRS 80 and zone 33 of UTM (EPSG:25833), in which norgeskart.no counts for the whole country.
const [RADIUS, FLATTENING, SCALE, FALSE_EAST, MERIDIAN] = [6378137, 1 / 298.257222101, 0.9996, 500_000, 15];

/** Return the address of the place on that map. */
export function norgeskartAddress({ lat, lng }) {
  const [east, north] = utm33(lat, lng).map(Math.round);
  return `https://www.norgeskart.no/?zoom=${ZOOM_OF_STREETS}&lat=${north}&lon=${east}&projection=EPSG%3A25833`;
}

/* Krüger's series to the third order: right to centimetres in all of Norway. */
function utm33(latitude, longitude) {
  const n = FLATTENING / (2 - FLATTENING);
  const [phi, lambda] = [latitude, longitude - MERIDIAN].map((degrees) => degrees * Math.PI / 180);
  const e = 2 * Math.sqrt(n) / (1 + n);
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)));
  const [xi, eta] = [Math.atan2(t, Math.cos(lambda)), Math.atanh(Math.sin(lambda) / Math.hypot(1, t))];
  const alphas = [n / 2 - 2 / 3 * n ** 2 + 5 / 16 * n ** 3, 13 / 48 * n ** 2 - 3 / 5 * n ** 3, 61 / 240 * n ** 3];
  const sum = (start, of) => alphas.reduce((total, alpha, index) => total + alpha * of(2 * (index + 1)), start);
  const east = sum(eta, (order) => Math.cos(order * xi) * Math.sinh(order * eta));
  const north = sum(xi, (order) => Math.sin(order * xi) * Math.cosh(order * eta));
  const unit = SCALE * RADIUS / (1 + n) * (1 + n ** 2 / 4 + n ** 4 / 64);
  return [FALSE_EAST + unit * east, unit * north];
}
