// Makes large pictures smaller before they are sent, which also leaves where they were taken on the phone.

const LARGEST = 1600;
const SMALL_ENOUGH = 700_000;

async function smaller(file) {
  if (file.size <= SMALL_ENOUGH || !file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  } catch {
    // What this browser cannot read, the server will judge.
    return file;
  }
}

for (const input of document.querySelectorAll("input[type=file][data-most]")) {
  const said = input.closest(".field")?.querySelector("[data-photos-said]");
  input.addEventListener("change", async () => {
    const files = [...input.files];
    const made = await Promise.all(files.map(smaller));
    // Somebody may have chosen others meanwhile.
    if (files.length !== input.files.length || files.some((file, place) => file !== input.files[place])) return;
    const chosen = new DataTransfer();
    for (const file of made) chosen.items.add(file);
    input.files = chosen.files;
    if (said) said.textContent = made.length ? input.dataset.said.replace("{count}", made.length) : "";
  });
}
