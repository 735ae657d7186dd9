// Answering a survey. Without this file all questions stand on one page and the server leaves out what does not apply.
// With it: questions appear when their condition is met; a phone shows one at a time; answers typed without a signal
// wait in this browser and are sent when it returns. The form's ticket makes sending twice harmless.
const WAITING = "survey-waiting-";
const KEEP_MS = 7 * 24 * 3600 * 1000;
const RETRY_MS = 20000;
const notice = document.querySelector("[data-waiting]");
const survey = document.querySelector("[data-survey]");
const form = survey?.querySelector("form");

const store = {
  all: () => { try { return Object.keys(localStorage).filter((key) => key.startsWith(WAITING)); } catch { return []; } },
  get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

function say(name, path) {
  if (!notice) return;
  notice.textContent = notice.dataset[name];
  if (!path) return;
  const link = document.createElement("a");
  link.href = path;
  link.textContent = notice.dataset.open;
  notice.append(" ", link);
}

async function post(path, body) {
  return fetch(path, { method: "POST", body: new URLSearchParams(body), headers: { Accept: "text/html" } });
}

/** Send what waits. A fresh page gives a fresh CSRF token; the ticket stays, so nothing is stored twice. */
async function flush() {
  for (const key of store.all()) {
    const kept = store.get(key);
    if (!kept || Date.now() - kept.at > KEEP_MS) {
      store.drop(key);
      continue;
    }
    try {
      say("sending");
      const page = await (await fetch(`${kept.path}?again=1`)).text();
      const token = new DOMParser().parseFromString(page, "text/html").querySelector("input[name=csrf_token]");
      const body = new URLSearchParams(kept.body);
      if (token) body.set("csrf_token", token.value);
      const answer = await post(kept.path, body);
      if (answer.ok && answer.redirected) {
        store.drop(key);
        if (form && location.pathname === kept.path) location.assign(answer.url);
        else say("sent");
      } else if (answer.status === 409 || answer.status === 404) {
        store.drop(key);
        say("closed");
      } else if (answer.status === 422) {
        say("look", `${kept.path}?again=1`);
      } else say("said");
    } catch {
      say("said");
    }
  }
}

async function send() {
  const body = new URLSearchParams(new FormData(form)).toString();
  const key = WAITING + location.pathname;
  // Kept before it is sent: a signal that breaks off on the way loses nothing.
  const kept = store.set(key, { path: location.pathname, body, at: Date.now() });
  try {
    const answer = await post(location.pathname, body);
    store.drop(key);
    if (answer.ok && answer.redirected) location.assign(answer.url);
    else form.submit();
  } catch {
    delete form.dataset.sent;
    if (kept) say("said");
    else form.submit();
    notice?.scrollIntoView({ block: "center" });
  }
}

function pages() {
  const steps = [...form.querySelectorAll("[data-step]")];
  const last = form.querySelector("[data-last]");
  const off = new Set();
  let paged = matchMedia("(max-width: 40rem)").matches && steps.length > 2;
  let current = 0;
  const words = survey.dataset;
  const shown = () => steps.filter((step) => !off.has(step));

  const bar = document.createElement("div");
  bar.className = "survey-bar";
  const place = document.createElement("p");
  place.setAttribute("aria-live", "polite");
  const progress = document.createElement("progress");
  progress.setAttribute("aria-hidden", "true");
  bar.append(place, progress);
  const buttons = document.createElement("div");
  buttons.className = "survey-steps";
  const button = (text, kind, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `button ${kind}`;
    made.textContent = text;
    made.addEventListener("click", act);
    buttons.append(made);
    return made;
  };
  const next = button(words.wordsNext, "", forward);
  const back = button(words.wordsBack, "button-secondary", () => history.back());
  button(words.wordsWhole, "button-secondary", () => {
    paged = false;
    draw();
  });

  function draw() {
    const list = shown();
    current = Math.max(0, Math.min(current, list.length - 1));
    for (const step of steps) step.hidden = off.has(step) || (paged && step !== list[current]);
    const isLast = current === list.length - 1;
    last.hidden = paged && !isLast;
    bar.hidden = buttons.hidden = !paged;
    next.hidden = isLast;
    back.hidden = current === 0;
    survey.classList.toggle("survey-paged", paged);
    place.textContent = words.wordsProgress.replace("{number}", current + 1).replace("{count}", list.length);
    progress.max = list.length;
    progress.value = current + 1;
  }

  function focus(step) {
    const target = step.querySelector("fieldset, input, textarea, select");
    if (target?.tagName === "FIELDSET") target.tabIndex = -1;
    target?.focus({ preventScroll: true });
    bar.scrollIntoView({ block: "start" });
  }

  function go(number, push) {
    current = number;
    draw();
    if (push) history.pushState({ step: current }, "");
    focus(shown()[current]);
  }

  const groups = (step) => {
    const names = [...new Set([...step.querySelectorAll("[name]")].map((control) => control.name))];
    return names.map((name) => [...step.querySelectorAll(`[name="${CSS.escape(name)}"]`)]);
  };
  const isEmpty = (controls) => !controls.some((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : one.value.trim()));

  /** Put the error beside each question of a step that still needs an answer; return the first of them. */
  function complain(step) {
    for (const old of step.querySelectorAll("[data-told]")) old.remove();
    if (!("needed" in step.dataset)) return null;
    const empty = groups(step).filter(isEmpty).map((controls) => controls[0].closest("fieldset") ?? controls[0].parentElement);
    for (const target of empty) {
      const text = document.createElement("p");
      text.className = "field-error";
      text.dataset.told = "";
      text.setAttribute("role", "alert");
      const kind = document.createElement("span");
      kind.className = "visually-hidden";
      kind.textContent = words.wordsMistake;
      text.append(kind, words.wordsNeeded);
      target.querySelector("legend, label").after(text);
    }
    return empty[0] ?? null;
  }

  function forward() {
    const wrong = complain(shown()[current]);
    if (wrong) {
      wrong.tabIndex = -1;
      wrong.focus();
      return;
    }
    go(current + 1, true);
  }

  function conditions() {
    off.clear();
    for (const step of steps) {
      if (!step.dataset.showIf) continue;
      const wanted = step.dataset.showIfValues.split(" ");
      const asked = [...form.querySelectorAll(`[name="${CSS.escape(step.dataset.showIf)}"]:checked`)];
      // A question that hangs on a hidden one is hidden too.
      const counted = asked.filter((input) => !off.has(input.closest("[data-step]")));
      if (!counted.some((input) => wanted.includes(input.value))) off.add(step);
    }
    draw();
  }

  survey.classList.add("survey-scripted");
  form.before(bar);
  last.before(buttons);
  /** "None of these" stands alone: whoever ticks it means no other, and the other way round. */
  function standAlone(ticked) {
    if (ticked.type !== "checkbox" || !ticked.checked) return;
    for (const other of form.querySelectorAll(`[name="${CSS.escape(ticked.name)}"]:checked`)) {
      if (other !== ticked && ("alone" in other.dataset || "alone" in ticked.dataset)) other.checked = false;
    }
  }

  form.addEventListener("change", (event) => {
    standAlone(event.target);
    event.target.closest("fieldset")?.querySelector(":scope > [data-told]")?.remove();
    conditions();
  });
  addEventListener("popstate", (event) => {
    if (paged) go(event.state?.step ?? 0, false);
  });
  for (const link of document.querySelectorAll("[data-error-summary] a")) {
    link.addEventListener("click", () => {
      const target = document.getElementById(link.hash.slice(1));
      if (paged) go(shown().indexOf(target.closest("[data-step]")), true);
      target.focus();
    });
  }
  // Before the page's own listeners: Enter on an early question leads to the next one and sends nothing.
  form.addEventListener("submit", (event) => {
    if (!paged || current === shown().length - 1) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    forward();
  }, { capture: true });

  conditions();
  const wrong = shown().findIndex((step) => step.querySelector(".field-error"));
  const answered = shown().some((step) => groups(step).some((controls) => !isEmpty(controls)));
  const open = shown().findIndex((step) => "needed" in step.dataset && groups(step).some(isEmpty));
  if (wrong >= 0) current = wrong;
  else if (history.state?.step) current = history.state.step;
  else if (answered) current = open < 0 ? shown().length - 1 : open;
  draw();
}

if (form) {
  pages();
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    send();
  });
}
addEventListener("online", flush);
setInterval(() => { if (store.all().length && navigator.onLine) flush(); }, RETRY_MS);
flush();
