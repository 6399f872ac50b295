// Takes the pictures of docs/review.md: node screenshots.mjs MODULES CHROMIUM BASE FOLDER PAGE=PATH...
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const [modules, executablePath, base, folder, ...pages] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("playwright-core");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const sizes = {
  desk: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};
try {
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, screen] of Object.entries(sizes)) {
      const context = await browser.newContext({ ...screen, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage(), cdp = await context.newCDPSession(page);
      for (const x of pages) {
        const [name, path] = [x.slice(0, x.indexOf("=")), x.slice(x.indexOf("=") + 1)];
        await page.goto(base + path);
        await page.waitForTimeout(500); // what the script adds
        const { data } = await cdp.send("Page.captureScreenshot", { format: "webp", quality: 40 });
        writeFileSync(`${folder}/${name}-${size}-${colorScheme}.webp`, Buffer.from(data, "base64"));
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}
