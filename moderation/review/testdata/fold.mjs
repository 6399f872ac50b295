// Looks at the first ask as it comes: its sentence begins in sight, and every button can be pressed without scrolling.
import assert from "node:assert/strict";
import { base, becomes, desk, newContext, phone, run, shots } from "./browser.mjs";

// met returns what of some elements cannot be pressed where it is.
const met = (page, selector) => page.evaluate((selector) => {
  const all = [...document.querySelectorAll(selector)];
  const hidden = (el) => {
    const r = el.getBoundingClientRect(), [x, y] = [(r.left + r.right) / 2, (r.top + r.bottom) / 2];
    const edges = [[r.left + 2, y], [r.right - 2, y], [x, r.top + 2], [x, r.bottom - 2]]; // its corners are round
    return edges.some(([x, y]) => !el.contains(document.elementFromPoint(x, y)));
  };
  return { count: all.length, hidden: all.filter(hidden).map((el) => el.textContent) };
}, selector);

await run(async () => {
  for (const [size, options] of Object.entries({ desk: { ...desk, viewport: { width: 1280, height: 800 } }, phone })) {
    const page = await (await newContext({ ...options, reducedMotion: "reduce" })).newPage();
    for (const [name, path] of [["queue", "/queue"], ["session", "/s/s1"]]) {
      await page.goto(base + path);
      await page.locator("#asks .dressed").first().waitFor();
      if (shots) await page.screenshot({ path: `${shots}/fold-${name}-${size}.png` });
      const where = `${name}, ${size}`, card = page.locator("#asks > .ask").first();
      const buttons = await met(page, "#asks > .ask:first-child .decide button");
      assert.ok(buttons.count === 5, `${where}: ${buttons.count} buttons`);
      assert.deepEqual(buttons.hidden, [], `${where}: buttons that are out of sight`);
      assert.ok(await page.evaluate(() => { // the first line of the sentence
        const text = document.querySelector("#asks > .ask .said .text"), range = document.createRange();
        range.selectNodeContents(text);
        const [r] = range.getClientRects();
        return text.contains(document.elementFromPoint(r.left + 2, (r.top + r.bottom) / 2));
      }), `${where}: what was said is out of sight`);
      const width = await card.evaluate((el) => [el.scrollWidth - el.clientWidth, el.offsetWidth - el.parentElement.clientWidth]);
      assert.deepEqual(width, [0, 0], `${where}: the card is wider than its place`);
      assert.match(await card.locator(".top-row").innerText(), /and 3 more rules/);
      const place = await card.locator('.decide [value="dismissed"]').boundingBox();
      for (const sight of [".said .text", ".clip", "details summary"]) { // what they cover can be scrolled to
        await card.locator(sight).evaluate((el) => el.scrollIntoView({ block: "end" }));
        await page.evaluate(() => new Promise(requestAnimationFrame));
        if (sight === "details summary") continue;
        const now = await card.locator('.decide [value="dismissed"]').boundingBox();
        assert.ok(Math.abs(now.x - place.x) < 2, `${where}: the buttons move across`);
      }
      await card.locator("details summary").click();
      await becomes(() => card.locator("details .what").count(), 5, `${where}: rules named with their reasons`);
    }
    await page.close();
    console.log(`ok the first ask's buttons are in sight, ${size}`);
  }
});
