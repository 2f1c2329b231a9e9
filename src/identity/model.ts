import { t } from "elysia";

export const providersAnswer = t.Object(
  {
    status: t.Literal("success"),
    providers: t.Array(
      t.Object(
        {
          id: t.String({ examples: ["google"] }),
          name: t.String({ description: "What players call it.", examples: ["Google"] }),
          page: t.Boolean({ description: "Whether players have a page of it: /auth/:provider/start." }),
          links_only: t.Boolean({
            description: "Whether that page only adds a way in to a player who is signed in already.",
          }),
        },
        { title: "Provider" },
      ),
    ),
  },
  { title: "ProviderList" },
);

export type ProviderListed = (typeof providersAnswer.static)["providers"][number];
