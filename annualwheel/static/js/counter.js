// Says how much of a text's length is used, when little is left. Nothing is cut: too much is said in words and stopped at
// submission. It is read aloud only after a pause in the writing. The server shows the line at the same length.
const PAUSE = 1000, NEAR = 0.8;
const language = document.documentElement.lang;

function count(line) {
  const field = document.getElementById(line.dataset.count), most = Number(line.dataset.most);
  const spoken = document.createElement("span");
  spoken.className = "vh";
  spoken.setAttribute("role", "status");
  line.after(spoken);
  let timer;
  function update() {
    const written = field.value.length, over = written > most;
    line.hidden = written <= most * NEAR;
    line.classList.toggle("over", over);
    line.textContent = (over ? line.dataset.over : line.dataset.left)
      .replace("{n}", (over ? written - most : written).toLocaleString(language)).replace("{max}", most.toLocaleString(language));
    clearTimeout(timer);
    timer = setTimeout(() => { spoken.textContent = line.hidden ? "" : line.textContent; }, PAUSE);
  }
  field.addEventListener("input", update);
  field.addEventListener("autosave:set", update);
}

document.querySelectorAll("[data-count]").forEach(count);
