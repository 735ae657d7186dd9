// Improvements only: every page works without this file.

const root = document.documentElement;

const store = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Storage may be full or forbidden; nothing on the page depends on it.
    }
  },
};

/** Large text, high contrast, dark: at once, without the journey to the server, in the cookies that it reads. */
function displaySwitches() {
  const remembered = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const buttons = [...document.querySelectorAll("[data-switches] [data-on]")];
  const show = () => {
    for (const button of buttons) {
      const value = remembered(button.name);
      if (value) root.dataset[button.name] = value;
      else delete root.dataset[button.name];
      if (!button.hasAttribute("aria-pressed")) continue;
      button.setAttribute("aria-pressed", String(value === button.dataset.on));
      button.value = value ? "" : button.dataset.on;
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const age = button.value ? 365 * 24 * 3600 : 0;
      document.cookie = `${button.name}=${button.value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
      // Where cookies are refused the server cannot remember either; the page in hand still changes.
      if (remembered(button.name) === button.value) show();
      else root.dataset[button.name] = button.value;
      // Of dark and light only the other one is shown, and takes over the focus.
      if (!button.checkVisibility?.()) buttons.find((other) => other.name === button.name && other !== button)?.focus();
    });
  }
  // A page out of the browser's memory looks as it did before a switch on another page. The plain version is
  // written by the server, with its own look.
  addEventListener("pageshow", (event) => {
    if (event.persisted && (remembered("mode") === "plain") === (root.dataset.mode === "plain")) {
      if (root.dataset.mode !== "plain") show();
    } else if (event.persisted) location.reload();
  });
}

/** The menu folds away on narrow screens. */
function menu() {
  for (const button of document.querySelectorAll("[data-menu]")) {
    const target = document.getElementById(button.getAttribute("aria-controls"));
    const open = (value) => {
      button.setAttribute("aria-expanded", String(value));
      target.classList.toggle("menu-open", value);
    };
    button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
    target.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        open(false);
        button.focus();
      }
    });
  }
}

/** An error summary takes the focus, so that a screen reader begins there. */
function focusErrors() {
  document.querySelector(".error-summary")?.focus();
  for (const link of document.querySelectorAll(".error-summary a[href^='#']")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
    });
  }
}

/** A second press while a form is on its way sends nothing. */
function sendOnce() {
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }
  // A page restored from the browser's memory has not been sent.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

/** What was typed stays in this browser until it is sent; never passwords, files or the CSRF field. */
function drafts() {
  const kept = "input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select";
  const choice = (control) => control.type === "radio" || control.type === "checkbox";
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = `draft-${location.pathname}-${form.dataset.draft}`;
    const controls = () => [...form.querySelectorAll(kept)].filter((control) => control.name && !control.closest(".trap"));
    const untouched = controls().every((control) => (choice(control) ? control.checked === control.defaultChecked : control.tagName === "SELECT" || control.value === control.defaultValue));
    const saved = store.get(key);
    // A form that came back from the server already holds what was typed.
    if (saved && untouched && !document.querySelector(".error-summary")) {
      let values = {};
      try {
        values = JSON.parse(saved);
      } catch {
        store.set(key, null);
      }
      for (const control of controls()) {
        const value = values[control.name];
        if (value === undefined) continue;
        if (choice(control)) control.checked = value.includes(control.value);
        else [control.value] = value;
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    form.addEventListener("input", () => {
      const values = {};
      for (const control of controls()) {
        values[control.name] ??= [];
        if (!choice(control) || control.checked) values[control.name].push(control.value);
      }
      store.set(key, JSON.stringify(values));
    });
    form.addEventListener("submit", () => store.set(key, null));
  }
}

/** How many characters are left. Counts code points, as the server does. */
function counters() {
  for (const area of document.querySelectorAll("textarea[data-limit]")) {
    const line = document.getElementById(`${area.id}-count`);
    const show = () => {
      const left = Number(area.dataset.limit) - [...area.value].length;
      line.textContent = (left < 0 ? area.dataset.over : area.dataset.left).replace("{count}", Math.abs(left));
      line.classList.toggle("counter-over", left < 0);
    };
    area.addEventListener("input", show);
    show();
  }
}

/** Two pictures become one with a movable divide. */
function pairs() {
  for (const pair of document.querySelectorAll("[data-pair]")) {
    const frame = pair.querySelector(".pair-pictures");
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 100, value: 50, className: "pair-slider" });
    slider.setAttribute("aria-label", pair.dataset.pairLabel);
    // Styles set from script through the object model are allowed by the content policy; attributes are not.
    const show = () => frame.style.setProperty("--divide", `${slider.value}%`);
    slider.addEventListener("input", show);
    frame.append(slider);
    frame.classList.add("pair-slides");
    show();
  }
}

displaySwitches();
menu();
focusErrors();
sendOnce();
drafts();
counters();
pairs();
