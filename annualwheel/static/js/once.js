// A second press on the same button within five seconds is not sent again. aria-disabled, not disabled: the button keeps
// its focus, and its name and value still go with the form.
const PAUSE = 5000;

function release(button) {
  if (!button.dataset.was) return;
  button.textContent = button.dataset.was;
  button.removeAttribute("aria-disabled");
  delete button.dataset.was;
}

function hold(button) {
  button.dataset.was = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = button.dataset.once;
  setTimeout(release, PAUSE, button);
}

document.addEventListener("submit", event => {
  const button = event.submitter?.matches("[data-once]") ? event.submitter : null;
  if (!button || event.defaultPrevented) return;
  if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
  else hold(button);
});

// A button that waits for something else says so in words beside it; pressing it does nothing.
document.addEventListener("click", event => {
  if (event.target.closest("button[aria-disabled=true]:not([data-once])")) event.preventDefault();
});

addEventListener("pageshow", event => {
  if (event.persisted) document.querySelectorAll("[data-was]").forEach(release);
});
