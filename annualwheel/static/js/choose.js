// A list with boxes to tick: it can be filtered, ticked and unticked as it is filtered, and says how many are ticked,
// and, where it is folded, which.
// The field is made here: it is no part of the form that the list belongs to, and does nothing without this.
function searchField(place) {
  const label = Object.assign(document.createElement("label"), { className: "label", textContent: place.dataset.chooseFilter })
  const input = Object.assign(document.createElement("input"), { className: "input", type: "search", autocomplete: "off", spellcheck: false })
  input.id = label.htmlFor = `filter-${document.querySelectorAll("input[type=search]").length}`
  place.append(label, input)
  return input
}

for (const list of document.querySelectorAll("[data-choose]")) {
  const tools = list.querySelector("[data-choose-tools]"), said = list.querySelector("[data-choose-said]")
  const filter = searchField(list.querySelector("[data-choose-filter]"))
  const names = list.querySelector("[data-choose-names]"), nothing = names?.dataset.chooseNames
  const rows = [...list.querySelectorAll("[data-choose-row]")]
  const boxes = rows.map((row) => row.querySelector("input[type=checkbox]"))
  const plain = (text) => text.toLocaleLowerCase("sv").replace(/\s+/g, " ").trim()
  const say = () => {
    const ticked = boxes.filter((box) => box.checked), n = ticked.length, hidden = rows.filter((row) => row.hidden).length
    if (names) names.textContent = ticked.map((box) => box.labels[0].textContent.trim()).join(", ") || nothing
    said.textContent = (hidden ? list.dataset.filtered : list.dataset.said)
      .replace("{n}", n).replace("{of}", rows.length).replace("{shown}", rows.length - hidden)
  }
  const narrow = () => {
    const wanted = plain(filter.value).split(" ")
    for (const row of rows) row.hidden = !wanted.every((word) => plain(row.textContent).includes(word))
    say()
  }
  const tick = (checked) => {
    rows.forEach((row, number) => { if (!row.hidden) boxes[number].checked = checked })
    say()
  }
  tools.hidden = false
  filter.addEventListener("input", narrow)
  // Return would send the form that the list belongs to.
  filter.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault() })
  list.querySelector("[data-choose-all]")?.addEventListener("click", () => tick(true))
  list.querySelector("[data-choose-none]")?.addEventListener("click", () => tick(false))
  for (const event of ["change", "autosave:set"]) list.addEventListener(event, say)
  say()
}
