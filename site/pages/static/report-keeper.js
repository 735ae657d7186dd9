// Keeps typed texts: at once in this browser, and after a pause on the server, whose answer it hands on.

const PAUSE = 1200;
const OLD = 14 * 24 * 3600 * 1000;

function attempt(act) {
  try {
    return act();
  } catch {
    // Storage may be full or forbidden; the server keeps the texts too.
    return null;
  }
}

export class Keeper {
  #timer = 0;
  #running = false;
  #again = false;

  /** controls(), nameOf(control), version(), token() read the page; shown(answer) puts the server's words on it. */
  constructor(page) {
    this.page = page;
    // What is typed at the last moment still reaches the server when the page goes away.
    addEventListener("pagehide", () => {
      if (this.#timer) this.#send(true);
    });
    addEventListener("online", () => this.changed());
  }

  #values() {
    return Object.fromEntries(this.page.controls().map((control) => [this.page.nameOf(control), control.value]));
  }

  #remember(sent = false) {
    const kept = { at: Date.now(), version: this.page.version(), values: this.#values(), sent };
    attempt(() => localStorage.setItem(this.page.key, JSON.stringify(kept)));
  }

  /** Fill in what this browser kept and the server does not have; never over a form that came back with errors. */
  bringBack(keptAt, cameBack) {
    const kept = attempt(() => JSON.parse(localStorage.getItem(this.page.key) ?? "null"));
    if (!kept) return;
    const isSaved = kept.sent && kept.version !== this.page.version();
    const isBehind = keptAt && Date.parse(keptAt) >= kept.at - 1000;
    if (isSaved || isBehind || cameBack || Date.now() - kept.at > OLD || kept.version !== this.page.version()) {
      if (isSaved || Date.now() - kept.at > OLD) this.forget();
      return;
    }
    let found = false;
    for (const control of this.page.controls()) {
      const value = kept.values[this.page.nameOf(control)];
      if (value === undefined || value === control.value) continue;
      control.value = value;
      found = true;
    }
    if (!found) return;
    this.#say(this.page.words.found);
    this.changed();
  }

  forget() {
    attempt(() => localStorage.removeItem(this.page.key));
  }

  /** Something was typed. */
  changed() {
    this.#remember();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), PAUSE);
  }

  /** The form is on its way: what it says is kept until a newer version shows that it arrived. */
  sent() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#remember(true);
  }

  #say(text, link = "") {
    const { line } = this.page;
    line.textContent = text;
    if (link) {
      const anchor = document.createElement("a");
      Object.assign(anchor, { href: link, target: "_blank", rel: "noopener", textContent: link });
      line.append(" ", anchor);
    }
  }

  async #send(isLast = false) {
    this.#timer = 0;
    if (this.#running && !isLast) {
      this.#again = true;
      return;
    }
    this.#running = true;
    const body = new FormData();
    for (const [name, value] of Object.entries(this.#values())) body.append(name, value);
    body.append("version", this.page.version());
    body.append("csrf_token", this.page.token());
    try {
      const answer = await fetch(this.page.url, { method: "POST", body, keepalive: isLast, redirect: "manual" });
      await this.#take(answer);
    } catch {
      this.#say(this.page.words.away);
    } finally {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.changed();
      }
    }
  }

  async #take(answer) {
    if (answer.type === "opaqueredirect" || [400, 401, 403].includes(answer.status)) {
      this.#say(this.page.words.signedOut, this.page.words.signIn);
      return;
    }
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      this.#say(this.page.words.away);
      return;
    }
    const said = await answer.json();
    if (said.closed) {
      this.#say(said.closed);
      return;
    }
    this.page.shown(said);
    this.#say([said.kept, said.conflict, said.others].filter(Boolean).join(" "));
  }
}
