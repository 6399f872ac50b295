// What the scripts share. Each is run as node SCRIPT MODULES BROWSER BASE SHOTS [MORE...]: the folder of playwright-core and axe-core, the
// address of a Chromium that runs, the address of the service, and the folder for pictures, which may be empty.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const [modules, address, ...rest] = process.argv.slice(2);
const require = createRequire(modules + "/");
export const [base, shots, ...more] = rest;
export const browser = await require("playwright-core").chromium.connect(address);
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const desk = { viewport: { width: 1280, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
// newContext makes a context in which whatever is waited for has two minutes to come: a slow machine is no fault.
export const newContext = async (options) => {
  const made = await browser.newContext(options);
  made.setDefaultTimeout(120_000);
  return made;
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
