// A frame with a mail becomes as high as the mail, so that it is read without a scroll bar of its own. It has a height
// without this, and keeps it when something else than a mail came.
function fit(frame) {
  const mail = frame.contentDocument
  if (!mail || mail.URL === "about:blank" || mail.readyState !== "complete") return
  const edges = frame.offsetHeight - frame.clientHeight
  frame.style.height = `${mail.documentElement.offsetHeight + edges}px`
}

for (const frame of document.querySelectorAll("iframe.mailframe")) {
  frame.addEventListener("load", () => fit(frame))
  // The same mail is higher in a narrower window.
  new ResizeObserver(() => fit(frame)).observe(frame)
}
