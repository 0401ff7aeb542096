// Follows a mailing: reads the page again and moves the words and the bar; when it is done or paused, the page is shown anew.
// Said aloud at most every ten seconds. Without this file the link "Uppdatera" does the same.
const PAUSE = 3000, SPOKEN = 10000;
let said = Date.now();

async function follow() {
  const reply = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (reply?.ok) {
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
    const words = fresh.querySelector("[data-live=words]");
    if (!words) return location.reload();
    document.querySelector("[data-live=words]").textContent = words.textContent;
    const bar = document.querySelector("progress"), now = fresh.querySelector("progress");
    bar.max = now.max;
    bar.value = now.value;
    if (Date.now() - said > SPOKEN) {
      said = Date.now();
      document.querySelector("[data-spoken]").textContent = words.textContent;
    }
  }
  setTimeout(follow, PAUSE);
}

setTimeout(follow, PAUSE);
