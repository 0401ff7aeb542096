// A choice that stands alone and the others next to it undo each other: ticking one unticks what cannot be true with it.
// The server asks the same when the answer is submitted; without a script it says so in words.
function undo(ticked) {
  if (!ticked.checked) return;
  const alone = box => box.dataset.alone !== undefined;
  for (const other of ticked.form.elements) {
    if (other.name === ticked.name && other.type === "checkbox" && other !== ticked && (alone(ticked) || alone(other))) other.checked = false;
  }
}

for (const form of new Set([...document.querySelectorAll("[data-alone]")].map(box => box.form))) {
  // On the way down, before the form is saved or shows the questions that wait for what was ticked.
  for (const event of ["input", "change"]) form.addEventListener(event, ({ target }) => { if (target.type === "checkbox") undo(target); }, true);
}
