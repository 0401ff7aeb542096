// Questions that wait for a choice on the same page are shown as soon as it is made. The server decides when the page is
// made; this only follows along. What is hidden is still sent: it stays in the draft and is left out of what is submitted.
function chosen(form, name) {
  const controls = [...form.elements].filter(control => control.name === name);
  if (controls.every(control => control.closest("[hidden]"))) return [];
  return controls.filter(control => control.checked || control.tagName === "SELECT").map(control => control.value);
}

function follow(form) {
  // In the order of the page, so that a question that waits for a hidden one is hidden too.
  for (const question of form.querySelectorAll("[data-when]")) {
    const among = question.dataset.among.split("|");
    question.hidden = !chosen(form, question.dataset.when).some(value => among.includes(value));
  }
}

for (const form of new Set([...document.querySelectorAll("[data-when]")].map(question => question.closest("form")))) {
  for (const event of ["change", "autosave:set"]) form.addEventListener(event, () => follow(form));
  follow(form);
  // Tells the server that nothing was hidden from this person by a choice they had just made.
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "live", value: "1" }));
}
