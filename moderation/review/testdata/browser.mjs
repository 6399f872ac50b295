// What the scripts share. Each is run as node SCRIPT MODULES BROWSER BASE SHOTS [MORE...]: the folder of playwright-core and axe-core, the
// address of a Chromium that runs, the address of the service, and the folder for pictures, which may be empty.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import assert from "node:assert/strict";

const [modules, address, ...rest] = process.argv.slice(2);
const require = createRequire(modules + "/");
export const [base, shots, ...more] = rest;
const PATIENCE = 120_000; // ms that whatever is waited for has to come: a slow machine is no fault
export const browser = await require("playwright-core").chromium.connect(address, { timeout: PATIENCE });
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const desk = { viewport: { width: 1280, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const newContext = async (options) => {
  const made = await browser.newContext(options);
  made.setDefaultTimeout(PATIENCE);
  return made;
};
// becomes reads something again and again until it is as wanted, which a value or a function tells: what a press does may be on its way
// when the press has been made.
export const becomes = async (read, wanted, what) => {
  const fits = typeof wanted === "function" ? wanted : (x) => isDeepStrictEqual(x, wanted);
  const began = performance.now();
  for (;;) {
    const is = await read();
    if (fits(is)) return is;
    assert.ok(performance.now() - began < PATIENCE, `${what}: still ${JSON.stringify(is)}`);
    await sleep(20);
  }
};
// stopClock has a page's clock stand still. The page is named a moment to come; on a busy machine that has passed by the time it is told
// of it, which it refuses. Its clock stands then, and the second moment cannot pass.
export const stopClock = async (page) => {
  const stop = async () => page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  await stop().catch(stop);
};
// think takes as long as somebody who looks at the next card: an earlier tap is taken for the second one of a double tap.
export const think = (page) => page.waitForTimeout(350);
// tell has the test's own server do something.
export const tell = async (path, body) => {
  const answer = await fetch(base + "/test/" + path, { method: "POST", body });
  assert.equal(answer.status, 200, await answer.text());
};
export const publish = (event) => tell("publish", JSON.stringify(event));
// run runs a script and says what made it fail.
export const run = async (script) => {
  try {
    await script();
  } catch (e) {
    console.log("FAILED", e.stack);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
};
