import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { characters } from "../http/model";
import { PROVIDER_ID } from "../identity/provider";
import { DEVICE_CODE_SECONDS, POLL_INTERVAL_SECONDS } from "./store";

const userCode = (description: string) => t.String({ maxLength: 64, description, examples: ["WDJB-MJHT"] });

/** Elysia's own enumeration takes its first value for a member that is missing. */
const decision = t.Union([t.Literal("allow"), t.Literal("deny")]);

export const deviceAuthorizationBody = t.Object(
  {
    client_id: t.String({ minLength: 1, maxLength: 64, examples: ["game"] }),
    scope: t.Optional(
      t.String({ maxLength: 512, description: "Of `openid`, `profile`, `email`.", examples: ["openid"] }),
    ),
    device: t.Optional(characters(64, { description: "Ours: what the player calls this device." })),
  },
  { title: "DeviceAuthorizationRequest" },
);

export const deviceAuthorizationAnswer = t.Object(
  {
    device_code: t.String({ description: "For the device alone." }),
    user_code: userCode("For the player to type, or to compare."),
    verification_uri: t.String({ examples: ["https://accounts.example/device"] }),
    verification_uri_complete: t.String({
      examples: ["https://accounts.example/device?user_code=WDJB-MJHT"],
    }),
    expires_in: Type.Integer({ description: "Seconds.", examples: [DEVICE_CODE_SECONDS] }),
    interval: Type.Integer({
      description: "Seconds between two requests.",
      examples: [POLL_INTERVAL_SECONDS],
    }),
  },
  { title: "DeviceAuthorization" },
);

export const deviceQuery = t.Object({
  user_code: t.Optional(userCode("As the device shows it; case and separators do not matter.")),
});

export const signInQuery = t.Object({
  user_code: userCode("As the page before has it."),
  provider: t.Optional(t.String({ pattern: PROVIDER_ID, description: "The way in that the player chose." })),
});

export const qrQuery = t.Object({ user_code: userCode("As the device shows it.") });

/** The form of our own pages. */
export const answerBody = t.Object(
  {
    page: t.String({ minLength: 1, maxLength: 8_192, description: "What the page carries." }),
    decision,
  },
  { title: "DevicePageForm" },
);

export const userCodeBody = t.Object(
  { user_code: userCode("As the player typed it.") },
  { title: "UserCodeRequest" },
);

export const decisionBody = t.Object(
  {
    user_code: userCode("As the player typed it."),
    decision,
  },
  { title: "DeviceDecisionRequest" },
);

export const askingDeviceAnswer = t.Object(
  {
    status: t.Literal("success"),
    request: t.Object(
      {
        user_code: userCode("As the device shows it."),
        client_name: t.String({ description: "What asks.", examples: ["The game"] }),
        device: t.Union([t.String(), t.Null()], { description: "What its player calls it." }),
        ip: t.String({ description: "The address that asks." }),
        seconds_ago: Type.Integer(),
      },
      { title: "AskingDevice" },
    ),
  },
  { title: "AskingDeviceAnswer" },
);
