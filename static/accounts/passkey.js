// Forms with data-passkey: the browser makes ("create") or uses ("get") a passkey, and the form sends what it answers.
const CREATE = "create";

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

function toText(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The options as the server writes them: bytes as base64url.
function readable({ publicKey }) {
  const described = (keys = []) => keys.map((key) => ({ ...key, id: toBytes(key.id) }));
  const options = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (publicKey.user) {
    options.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  }
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (publicKey[list]) {
      options[list] = described(publicKey[list]);
    }
  }
  return { publicKey: options };
}

// What the authenticator answers, in the same writing.
function writable(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) {
      response[part] = toText(credential.response[part]);
    }
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const fault = form.querySelector("[data-fault]");
  fault.textContent = "";
  try {
    const data = JSON.parse(document.getElementById(form.dataset.options).textContent);
    const options = readable(data.creation_options ?? data.request_options);
    const credential = await navigator.credentials[form.dataset.passkey === CREATE ? "create" : "get"](options);
    form.elements.credential.value = JSON.stringify(writable(credential));
    HTMLFormElement.prototype.submit.call(form);
  } catch {
    fault.textContent = form.dataset.failed;
  }
}

for (const notice of document.querySelectorAll("[data-without-script]")) {
  notice.hidden = true;
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = false;
  form.addEventListener("submit", send);
  if (!window.PublicKeyCredential) {
    form.querySelector("[data-fault]").textContent = form.dataset.lacking;
    form.querySelector("button").disabled = true;
  }
}
