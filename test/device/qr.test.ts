import { expect, test } from "bun:test";
import { askForDevice } from "../support/devices";
import { readQr } from "../support/qr";
import { expectInvalid, get } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  test("the QR code says the address of the device's page with its code", async () => {
    const { user_code, verification_uri_complete } = await askForDevice(at.server);
    const { headers, text } = await get(at.server, `/device/qr.svg?user_code=${user_code}`);
    expect(headers.get("content-type")).toBe("image/svg+xml");
    expect(readQr(text)).toBe(verification_uri_complete);
  });

  test("a page of any origin may show it, and it can do nothing", async () => {
    const { headers } = await get(at.server, "/device/qr.svg?user_code=wdjbmjht");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    );
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("what is no code is a 400", async () => {
    expectInvalid(await get(at.server, "/device/qr.svg?user_code=AAAA-AAAA"), "user_code");
    expectInvalid(await get(at.server, "/device/qr.svg"), "user_code");
  });
});
