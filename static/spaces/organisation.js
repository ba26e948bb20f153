// select2 leaves the field that it draws without a name. It is drawn when jQuery is ready, which calls in order.
window.django.jQuery(() => {
  const label = document.querySelector("label[for=id_organisation]");
  document.getElementById("select2-id_organisation-container")?.setAttribute("aria-label", label.textContent.trim());
});
