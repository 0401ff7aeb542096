// A page may hold several forms, and the language control belongs to one of them or to none. Whatever was typed in last goes along.
const control = document.querySelector("header [name=lang_switch], header a[hreflang]");
let written = null;

document.addEventListener("input", event => {
  const form = event.target.form;
  if (form?.method === "post" && !event.target.readOnly) written = form;
});

control?.addEventListener("click", event => {
  if (!written || control.form === written) return;
  event.preventDefault();
  const button = document.createElement("button");
  button.name = "lang_switch";
  button.value = control.lang;
  button.hidden = true;
  written.append(button);
  written.requestSubmit(button);
});
