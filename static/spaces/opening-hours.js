/* The week's hours in a form: one press gives every weekday those of the row for all, else of the first that has any. */

for (const element of document.querySelectorAll("[data-same-hours]")) start(element);

function start(element) {
  element.hidden = false;
  element.querySelector("button").addEventListener("click", () => {
    const [all, ...days] = [...element.parentElement.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);
    const weekdays = days.slice(0, 5);
    const model = [all, ...weekdays].find((times) => times.some(({ value }) => value.trim()));
    if (!model) return all[0].focus();
    const values = model.map(({ value }) => value);
    for (const times of weekdays) times.forEach((time, index) => { time.value = values[index]; });
    for (const time of all) time.value = "";
    weekdays[0][0].focus();
  });
}
