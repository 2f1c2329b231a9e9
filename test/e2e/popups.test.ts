import { expect, test } from "bun:test";
import { chromiumPath, launchChromium } from "../support/chromium";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  test.skipIf(!chromiumPath()).each([
    ["/swagger", "Sign in", "Signed in as"],
    ["/play/", "Sign in with Google", "Level 1"],
  ])(
    "%s signs in with a popup that closes, though each is cut off from the other on the popup's last page",
    async (path, button, signedIn) => {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        await page.goto(`${at.server.origin.replace("127.0.0.1", "localhost")}${path}`);
        const [popup] = await Promise.all([
          page.waitForEvent("popup"),
          page.getByRole("button", { name: button, exact: true }).click(),
        ]);
        const closed = popup.waitForEvent("close");
        await popup.getByRole("button", { name: /Ada/ }).click();
        await page.getByText(signedIn).waitFor();
        await closed;
        expect(popup.isClosed()).toBe(true);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
