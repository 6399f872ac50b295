// Takes somebody's access away while their pages are open: node removed.mjs MODULES CHROMIUM BASE
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const [modules, executablePath, base] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("playwright-core");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const paths = ["/", "/queue", "/s/s1"];

try {
  const context = await browser.newContext();
  context.setDefaultTimeout(180_000); // a slow machine is no fault
  await context.addCookies([{ name: "earshot", value: "lee", url: base }]);
  const open = [];
  for (const path of paths) {
    const page = await context.newPage();
    const stream = page.waitForRequest((r) => new URL(r.url()).pathname.startsWith("/events"));
    await page.goto(base + path);
    assert.equal(new URL(page.url()).pathname, path);
    assert.ok((await page.textContent("main")).includes("Open mic") || path === "/queue");
    await stream;
    open.push(page);
  }
  await fetch(base + "/test/watched", { method: "POST" });
  await fetch(base + "/test/remove", { method: "POST" });
  for (const [i, page] of open.entries()) {
    await page.waitForURL((u) => u.pathname === "/login");
    assert.ok(!(await page.content()).includes("Open mic"));
    console.log("ok", paths[i], "leads to the login");
  }
} finally {
  await browser.close();
}
