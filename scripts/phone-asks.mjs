// Answers ten asks in a row on a phone, as a host does, and says what it took: node phone-asks.mjs MODULES CHROMIUM BASE
import { createRequire } from "node:module";

const [modules, executablePath, base] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("playwright-core");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
try {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const flags = async () => (await (await fetch(base + "/api/flags")).json()).flags;
  await page.goto(base + "/queue");
  const asks = page.locator(".ask[data-asks]");
  await asks.nth(9).waitFor(); // ten wait
  const began = performance.now(), next = [];
  let taps = 0, scrolls = 0;
  for (let i = 0; i < 10; i++) {
    const card = asks.first(), id = await card.getAttribute("id"), button = card.locator('[data-key="mute"]');
    await button.waitFor();
    const seen = await button.boundingBox(), at = performance.now();
    if (seen.y < 0 || seen.y + seen.height > 844) scrolls++;
    await button.tap();
    taps++;
    await page.waitForFunction((id) => !document.getElementById(id), id);
    next.push(performance.now() - at);
    await page.waitForTimeout(350); // a tap that comes sooner is taken for a double tap
  }
  const tapped = performance.now() - began;
  const muted = () => page.locator("#settled .action", { hasText: "✓ mute" });
  await page.waitForFunction(() => [...document.querySelectorAll("#settled .action")]
    .filter((d) => d.textContent.includes("✓")).length >= 10);
  const verified = performance.now() - began;
  const waits = (await muted().allTextContents()).map((t) => parseFloat(t.match(/seen after ([\d.]+) s/)?.[1] || "0"));
  const open = (await flags()).filter((f) => f.flag.status === "open").length;
  console.log(`${taps} taps, ${scrolls} times of scrolling; ${(tapped / 1000).toFixed(1)} s for ten asks`);
  console.log(`${(median(next) / 1000).toFixed(2)} s from a tap to the next card (at most ${(Math.max(...next) / 1000).toFixed(2)} s)`);
  console.log(`all ten mutes were seen to have taken effect ${(verified / 1000).toFixed(1)} s after the first ask was looked at; ` +
    `each within ${Math.max(...waits)} s of being sent; ${open} flags are open`);
} finally {
  await browser.close();
}
