// Under load only: finds the number that shows a browser has worked for its letter, while its owner writes.
// SHA-256 of "ticket:number" must begin with so many zero bits; without WebCrypto the letter waits for a reviewer.

const form = document.querySelector("form[data-proof]");
const AT_ONCE = 512;

function zeroBits(digest) {
  const view = new DataView(digest);
  return view.getUint32(0) === 0 ? 32 : Math.clz32(view.getUint32(0));
}

async function work(ticket, bits) {
  const encoder = new TextEncoder();
  for (let first = 0; ; first += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, step) => crypto.subtle.digest("SHA-256", encoder.encode(`${ticket}:${first + step}`)));
    const digests = await Promise.all(tries);
    const found = digests.findIndex((digest) => zeroBits(digest) >= bits);
    if (found >= 0) return first + found;
  }
}

if (form && globalThis.crypto?.subtle) {
  work(form.elements.ticket.value, Number(form.dataset.proof)).then((number) => {
    form.elements.proof.value = String(number);
    const status = document.querySelector("[data-proof-status]");
    if (status) status.textContent = status.dataset.done;
  });
}
