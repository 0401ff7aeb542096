// The error summary takes focus, and its links bring the label into view before the field is focused.
// Other places where focus belongs after a press (an undo message, a new card) carry data-focus.
function toField(event) {
  const link = event.target.closest(".error-summary a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  const label = field.closest("fieldset")?.querySelector("legend")
    || document.querySelector(`label[for="${CSS.escape(field.id)}"]`) || field;
  label.scrollIntoView({ block: "start" });
  field.focus({ preventScroll: true });
}

const summary = document.querySelector(".error-summary");
// On the document, since a page may get its summary later.
document.addEventListener("click", toField);
(summary || document.querySelector("[data-focus]"))?.focus();
