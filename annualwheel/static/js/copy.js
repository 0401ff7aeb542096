// Copies a field's text. Where the browser does not let us, the text is marked, so that one can copy it oneself.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy), said = document.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value.trim());
      said.textContent = button.dataset.done;
    } catch {
      field.focus();
      field.select();
      said.textContent = button.dataset.marked;
    }
  });
}
