/* Shows what a page makes of the Markdown in a field, rendered by the server, anew as one types; and writes Markdown by
   buttons. */

const PAUSE = 400; // milliseconds without a key

for (const element of document.querySelectorAll("[data-markdown]")) start(element);

function start(element) {
  const [field, button, preview] = ["textarea", "[data-preview]", ".markdown-preview"].map((each) => element.querySelector(each));
  const tools = element.querySelector(".markdown-tools");
  let timer;

  button.hidden = false;
  if (tools) {
    tools.hidden = false;
    tools.addEventListener("click", (event) => use(event.target.dataset));
  }
  button.addEventListener("click", () => {
    preview.hidden = !preview.hidden;
    button.setAttribute("aria-expanded", String(!preview.hidden));
    if (!preview.hidden) show();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!preview.hidden) timer = setTimeout(show, PAUSE);
  });

  function use({ around, beforeLines, link, picture }) {
    const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
    if (around) write(`${around}${chosen}${around}`, around.length, chosen.length);
    else if (beforeLines) writeBeforeLines(beforeLines);
    else if (link) write(`[${chosen}](${link})`, chosen ? chosen.length + 3 : 1, chosen ? link.length : 0);
    else if (picture) {
      if (!field.value.includes(picture)) write(picture, picture.length, 0);
      document.querySelector("[data-prose-picture]")?.click();
    }
  }

  function writeBeforeLines(mark) {
    const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
    field.setSelectionRange(start, field.selectionEnd);
    const lines = field.value.slice(start, field.selectionEnd).split("\n");
    const text = lines.map((line) => (line.startsWith(mark) ? line.slice(mark.length) : mark + line)).join("\n");
    write(text, text.length, 0);
  }

  /* In the place of what is selected, so that undo works; then selects so many letters from so far into it. */
  function write(text, offset, length) {
    const at = field.selectionStart;
    field.focus();
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setSelectionRange(at + offset, at + offset + length);
  }

  async function show() {
    const text = field.value;
    try {
      const page = new DOMParser().parseFromString(await rendered(text), "text/html");
      if (text === field.value) preview.replaceChildren(...page.body.childNodes);
    } catch {
      preview.textContent = element.dataset.failed;
    }
  }

  async function rendered(text) {
    const csrfmiddlewaretoken = field.form.elements.csrfmiddlewaretoken.value;
    const body = new URLSearchParams({ text, csrfmiddlewaretoken });
    // A redirect leads to the login.
    const response = await fetch(element.dataset.markdown, { method: "POST", body, redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  }
}
