import type { Page } from "playwright-core";

/** The game on this page draws ten times a second: without a graphics card, sixty times take a core. */
export async function inSlowMotion(page: Page): Promise<Page> {
  await page.addInitScript(() => {
    const draw = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (work) => Number(setTimeout(draw, 90, work));
  });
  return page;
}
