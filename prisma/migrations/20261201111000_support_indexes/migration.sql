-- Apart from the columns: while an index is built nobody writes to its table, but players go on being read.

-- Both at once and in the order of a sign-up: else one that has written a player waits for the identities, while the second
-- index waits for the players.
LOCK TABLE "users", "identities" IN SHARE MODE;

-- CreateIndex
CREATE INDEX "identities_email_idx" ON "identities"("email");

-- CreateIndex
CREATE INDEX "users_name_folded_idx" ON "users"("name_folded" COLLATE "C");
