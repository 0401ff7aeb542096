// The box that shows a colleague's answer to the same question. The person's own text stays in the field below it.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function possessive(name, language) {
  if (language === "en") return name + "'s";
  return /[sxz]$/i.test(name) ? name : name + "s";
}

// What a value is called on the page: the words of the chosen options, or the text itself.
function spoken(inputs, value) {
  if (!["radio", "checkbox"].includes(inputs[0].type)) {
    return inputs[0].tagName === "SELECT" ? [...inputs[0].options].find(o => o.value === value)?.text || "" : value;
  }
  const chosen = value.split("|");
  return inputs.filter(i => chosen.includes(i.value)).map(i => i.labels[0].textContent.trim()).join(", ");
}

function tie(target, id, add) {
  const ids = new Set((target.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
  if (add) ids.add(id); else ids.delete(id);
  if (ids.size) target.setAttribute("aria-describedby", [...ids].join(" ")); else target.removeAttribute("aria-describedby");
}

// Two answers to one question as one: what both have chosen, or one text after the other; a single line holds no line ends.
export function together(input, mine, theirs) {
  const between = input.type === "checkbox" ? "|" : input.tagName === "TEXTAREA" ? "\n\n" : ", ";
  return [mine, theirs].filter(Boolean).join(between);
}

// inputs: the controls of one question; one with data-single holds one answer only. theirs: {value, who, at, own}; own: by oneself in another tab. choose("both" | "mine" | "theirs") is called once.
export function showConflict(inputs, theirs, T, choose) {
  const first = inputs[0], group = first.closest("fieldset"), id = (group || first).id + "-konflikt";
  document.getElementById(id)?.remove();
  const who = theirs.who || T.colleague;
  const whose = possessive(who.split(" ")[0], document.documentElement.lang);
  const say = (words, ownWords) => theirs.own ? ownWords : words;
  const title = say(theirs.at ? T.title : T.titlelater, T.owntitle).replace("{who}", who).replace("{at}", theirs.at);
  const choices = element("div", { class: "row" });
  const box = element("div", { class: "msg warn", role: "group", id, "aria-labelledby": id + "-rubrik", "data-conflict": "" },
    element("h3", { id: id + "-rubrik" }, title),
    element("p", { class: "quote" }, spoken(inputs, theirs.value) || T.nothing), element("p", {}, say(T.safe, T.ownsafe)), choices);
  function offer(how, text, look) {
    const button = element("button", { type: "button", class: look }, text.replace("{whose}", whose));
    button.addEventListener("click", () => {
      box.remove();
      tie(group || first, id, false);
      choose(how);
      (inputs.find(i => i.checked) || first).focus();
    });
    choices.append(button);
  }
  const one = first.type === "radio" || first.tagName === "SELECT";
  if (!one && first.dataset.single === undefined) offer("both", first.type === "checkbox" ? T.bothchoices : say(T.both, T.ownboth), "btn sec");
  offer("mine", say(T.mine, T.ownmine), one ? "btn sec" : "linkbtn");
  offer("theirs", say(T.theirs, T.owntheirs), "linkbtn");
  (group ? group.querySelector(".choice").closest(".inline-choices") || group.querySelector(".choice") : first).before(box);
  first.closest("details")?.setAttribute("open", "");
  tie(group || first, id, true);
}
