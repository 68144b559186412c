// Shows progress without reloading the page, tells that a form is working, and greys the page if the program has ended.
// Without JavaScript the pages reload themselves.
"use strict";
const changing = document.getElementById("changing");
const stopped = document.getElementById("stopped");
let missed = 0;

function show(isAlive) {
  missed = isAlive ? 0 : missed + 1;
  const isGone = missed > 1; // one look may fail while a computer wakes up
  stopped.hidden = !isGone;
  document.body.classList.toggle("gone", isGone);
  document.querySelectorAll("main button").forEach((button) => {
    if (isGone && !button.disabled) button.dataset.closed = "yes";
    if ("closed" in button.dataset) button.disabled = isGone;
  });
}

async function look() {
  const isRunning = changing && changing.querySelector("[data-running]");
  try {
    const response = await fetch(isRunning ? changing.dataset.url : "/app/alive", { cache: "no-store" });
    show(response.ok);
    if (isRunning && response.ok) {
      const text = await response.text();
      if (!text.includes("data-running")) {
        location.replace(changing.dataset.then);
        return;
      }
      if (!changing.contains(document.activeElement)) changing.innerHTML = text;
    }
  } catch {
    show(false);
  }
  setTimeout(look, 2000);
}
setTimeout(look, 1000);

document.querySelectorAll("form[data-working]").forEach((form) => form.addEventListener("submit", () => {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.append(form.dataset.working, document.createElement("progress"));
  form.after(line);
  form.querySelector("button").disabled = true;
}));
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
