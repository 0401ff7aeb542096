// Sends the file of a form and says how it goes: how much is sent, then that it is read, in words and with a bar. A list with
// errors comes back into the same page. Without this file the browser sends the form itself.
const SPOKEN = 5000;
const part = (form, name) => form.querySelector(`[data-upload-${name}]`);

function say(form, words, aloud) {
  part(form, "words").textContent = words;
  if (!aloud && Date.now() - (form.said || 0) < SPOKEN) return;
  form.said = Date.now();
  part(form, "spoken").textContent = words;
}

function begin(form, button) {
  button.dataset.was = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = button.dataset.once;
  part(form, "lost").hidden = part(form, "large").hidden = true;
  part(form, "shown").hidden = false;
}

function end(form) {
  part(form, "shown").hidden = true;
  part(form, "spoken").textContent = "";
  const button = form.querySelector("[data-was]");
  if (!button) return;
  button.textContent = button.dataset.was;
  button.removeAttribute("aria-disabled");
  delete button.dataset.was;
}

function tell(form, name) {
  end(form);
  part(form, name).hidden = false;
  part(form, name).focus();
}

function sending(form, bar, event) {
  const percent = event.lengthComputable ? Math.floor(event.loaded / event.total * 100) : 0;
  bar.value = percent;
  say(form, form.dataset.sending.replace("{percent}", percent), false);
}

function answered(form, request) {
  // Another address: what comes next, or a sign-in that has run out.
  if (request.responseURL !== new URL(form.action).href) return location.assign(request.responseURL);
  const fresh = new DOMParser().parseFromString(request.responseText, "text/html"), main = fresh.querySelector("main");
  if (!main) return tell(form, "lost");
  document.title = fresh.title;
  document.querySelector("main").replaceWith(main);
  const first = main.querySelector(".error-summary") || main.querySelector("h1");
  first.tabIndex = -1;
  first.focus();
}

function send(form) {
  const request = new XMLHttpRequest(), bar = part(form, "shown").querySelector("progress");
  request.upload.addEventListener("progress", event => sending(form, bar, event));
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    say(form, form.dataset.reading, true);
  });
  request.addEventListener("load", () => answered(form, request));
  request.addEventListener("error", () => tell(form, "lost"));
  bar.value = 0;
  say(form, form.dataset.sending.replace("{percent}", 0), true);
  request.open("POST", form.action);
  request.send(new FormData(form));
}

addEventListener("submit", event => {
  const form = event.target, button = event.submitter || form.querySelector("[data-once]");
  const file = form.matches("[data-upload]") && form.querySelector("input[type=file]").files[0];
  // Without a file the server says what is missing.
  if (!file) return;
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  if (file.size > Number(form.dataset.most)) return tell(form, "large");
  begin(form, button);
  send(form);
}, true);

addEventListener("pageshow", event => {
  if (event.persisted) document.querySelectorAll("[data-upload]").forEach(end);
});
