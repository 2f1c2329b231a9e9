import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { playerEvent } from "../audit/model";
import { changeListed } from "../linking/model";
import { proofBody } from "../sign-in/model";
import { userModel } from "../users/model";

const time = t.String({ format: "date-time" });
const timeOrNull = t.Union([time, t.Null()]);
const textOrNull = t.Union([t.String(), t.Null()]);

export const leaveBody = t.Optional(proofBody);

export const leaveAnswer = t.Object(
  {
    status: t.Literal("success"),
    deletes_at: t.String({
      format: "date-time",
      description: "Until then a sign-in brings the player back.",
    }),
  },
  { title: "DeleteAccountAnswer" },
);

const exportMembers = {
  exported_at: time,
  profile: t.Object(
    {
      ...userModel.properties,
      email_verified: t.Boolean(),
      renamed_at: timeOrNull,
      terms_accepted_at: timeOrNull,
      guardian: t.Union([t.String(), t.Null()], { description: "Who consented for the player." }),
      merged_players: t.Array(
        t.Object({ id: Type.Integer(), name: t.String() }, { title: "ExportedMergedPlayer" }),
        { description: "Who was merged into them." },
      ),
    },
    { title: "ExportedProfile" },
  ),
  stats: t.Record(t.String(), Type.Integer(), { description: "What games count beside stars and level." }),
  identities: t.Array(
    t.Object(
      {
        provider: t.String(),
        subject: t.Union([t.String(), t.Null()], {
          description: "The provider's id of the account; none of a guest.",
        }),
        email: textOrNull,
        email_verified: t.Boolean(),
        name: textOrNull,
        linked_at: time,
        last_used_at: time,
      },
      { title: "ExportedIdentity" },
    ),
  ),
  devices: t.Array(
    t.Object(
      {
        id: t.String({ format: "uuid" }),
        device: textOrNull,
        client_id: textOrNull,
        scope: textOrNull,
        ip: textOrNull,
        created_at: time,
        last_used_at: time,
        ended_at: timeOrNull,
      },
      { title: "ExportedDevice" },
    ),
    { description: "Signed-in ones, and those that were for as long as they are kept." },
  ),
  consents: t.Array(
    t.Object(
      { client_id: t.String(), scopes: t.Array(t.String()), granted_at: time },
      { title: "ExportedConsent" },
    ),
  ),
  pictures: t.Array(t.Object({ data_url: t.String(), created_at: time }, { title: "ExportedPicture" }), {
    description: "What the player sent, as `data:` URLs.",
  }),
  changes: t.Array(changeListed),
  events: t.Array(playerEvent),
};

const accountExport = t.Object(exportMembers);

export type AccountExport = typeof accountExport.static;

export const exportAnswer = t.Object(
  { status: t.Literal("success"), ...exportMembers },
  { title: "AccountExport" },
);
