// --- printing: the whole transcript, not just the part that the page has loaded ---
const PARTS = ["earlier", "lines", "later"];
let onScreen = null; // what stood there before it was printed
addEventListener("beforeprint", () => {
  if (!session || PARTS.every((id) => id === "lines" || $(id).hidden)) return;
  const request = new XMLHttpRequest(); // the browser waits for nothing else
  request.open("GET", address({ whole: 1 }), false);
  request.setRequestHeader("X-Earshot-Piece", "1");
  try {
    request.send();
  } catch {
    return;
  }
  if (request.status !== 200) return;
  const whole = parse(request.responseText);
  onScreen = PARTS.map($);
  for (const el of onScreen) el.replaceWith(whole.getElementById(el.id));
});
addEventListener("afterprint", () => {
  for (const el of onScreen || []) $(el.id).replaceWith(el);
  onScreen = null;
});
for (const a of document.querySelectorAll("a.print")) {
  a.addEventListener("click", (e) => {
    e.preventDefault();
    print();
  });
}
